// Judges what a service uses by its limits. Pure.
import { judge, type Judgement } from '../engine/judgement.ts';
import type { Service } from './config.ts';
import type { Alert, measures, ServiceReading } from './files.ts';

/** `value`, `message` and `limit` as in an alert; a value that could not be read neither begins nor ends an alert. */
export type Judged = Pick<Alert, 'service' | 'measure' | 'value' | 'message' | 'limit' | 'unit'> & {
  readonly state: 'well' | 'crossed' | 'unknown';
};

type Measure = Exclude<(typeof measures)[number], 'running'>;

export function judgeService(name: string, { limits }: Service, reading: ServiceReading): Judged[] {
  const { state, reason = '' } = reading;
  const key = `watchdog.services.${name}`;
  const running: Judged = {
    service: name,
    measure: 'running',
    state: state === 'running' ? 'well' : state === 'stopped' ? 'crossed' : 'unknown',
    value: state,
    unit: '',
    limit: { value: 'running', key },
    message: state === 'running' ? `${name} runs` : `${name} does not run: ${reason}`,
  };
  const { proportional_bytes, resident_bytes, cpu_percent, open_files_percent, threads } = reading;
  const memory = proportional_bytes ?? resident_bytes;
  const kind = proportional_bytes === undefined ? 'resident' : 'proportional';
  const all: [Measure, number | undefined, string, string, string][] = [
    ['cpu', cpu_percent, 'percent', 'uses', ' of a processor'],
    ['memory', memory, 'byte', 'uses', ` of ${kind} memory`],
    ['open-files', open_files_percent, 'percent', 'has opened', ' of the files that one of its processes may open'],
    ['threads', threads, '', 'has', ' threads'],
  ];
  return [
    running,
    ...all.flatMap(([measure, value, unit, verb, suffix]): Judged[] => {
      const bound = limits[measure];
      if (bound === undefined) return [];
      const limit = { value: bound, key: `${key}.limits.${measure}` };
      const shared = { service: name, measure, unit, limit };
      if (state === 'stopped') return [{ ...shared, state: 'well', value: null, message: `${name} does not run` }];
      if (value === undefined) return [{ ...shared, state: 'unknown', value: null, message: `${name}: unknown` }];
      const judged: Judgement = judge(
        { value, unit, prefix: `${name} ${verb}`, suffix },
        { side: 'above', red: limit },
      );
      return judged.level === 'green'
        ? [{ ...shared, state: 'well', value, message: judged.shown }]
        : [{ ...shared, state: 'crossed', value, message: judged.crossed }];
    }),
  ];
}
