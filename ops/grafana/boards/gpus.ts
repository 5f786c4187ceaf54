// NVIDIA's graphics cards, as the DCGM exporter sees them.
import { choice, chosen, machines, makeBoard, runbook } from './board.ts';
import { lines, stat, thresholds, verdicts } from './panels.ts';

const card = `${chosen}, gpu=~"$gpu"`;
const field = (name: string): string => `DCGM_FI_DEV_${name}{${card}}`;

const name = '{{gpu}} {{modelName}} {{instance}}';
const half = [12, 8] as const;
const megabyte = 1024 * 1024;

export const gpus = makeBoard({
  uid: 'ops-monitor-gpus',
  title: 'Graphics cards',
  description: 'Graphics cards of the machines, by the DCGM exporter (ops/docs/stack.md).',
  tags: ['ops-monitor', 'gpus'],
  from: 'now-6h',
  refresh: '30s',
  timezone: 'browser',
  variables: [...machines('DCGM_FI_DEV_GPU_UTIL'), choice('gpu', 'Card', `DCGM_FI_DEV_GPU_UTIL{${chosen}}`, 'gpu')],
  panels: [
    stat({
      title: 'Number of the last error',
      description: `Xid, as the driver numbers them; 0: there was none. ${runbook('prometheus/host', 'GpuErrors')}`,
      size: [12, 5],
      unit: 'none',
      queries: [[`max without (err_code, err_msg) (${field('XID_ERRORS')})`, name]],
    }).thresholds(thresholds('green', [1, 'red'])),
    stat({
      title: 'Replacing worn memory',
      description: 'Whether the card could replace rows of its memory that have errors; of cards that can.',
      size: [12, 5],
      unit: 'none',
      queries: [[`1 - ${field('ROW_REMAP_FAILURE')}`, name]],
    }).mappings([verdicts('ok', 'FAILED')]),
    lines({
      title: 'Use',
      description: 'Share of the time in which the card computed.',
      size: half,
      unit: 'percent',
      queries: [[field('GPU_UTIL'), name]],
    })
      .min(0)
      .max(100),
    lines({
      title: 'Memory',
      description: 'In use.',
      size: half,
      unit: 'bytes',
      queries: [[`${field('FB_USED')} * ${megabyte}`, name]],
    }).min(0),
    lines({
      title: 'Temperature',
      description: 'Of the card, and of its memory where that has a sensor.',
      size: half,
      unit: 'celsius',
      queries: [
        [field('GPU_TEMP'), name],
        [field('MEMORY_TEMP'), `memory ${name}`],
      ],
    }),
    lines({
      title: 'Power',
      description: 'That the card draws.',
      size: half,
      unit: 'watt',
      queries: [[field('POWER_USAGE'), name]],
    }).min(0),
    lines({
      title: 'Clock',
      description: 'Of the processors of the card: it falls where the card is too hot or draws too much.',
      size: [24, 8],
      unit: 'hertz',
      queries: [[`${field('SM_CLOCK')} * 1e6`, name]],
    }).min(0),
  ],
});
