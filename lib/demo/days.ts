// Simulates days: runs the real stages cycle after cycle in this process, under a clock that jumps from cycle to cycle.
// Deadlines still run in real time, but never expire: every answer arrives before a timer could fire.
import { join } from 'node:path';
import { resolve } from '../config/resolve.ts';
import type { Places } from '../contract/file.ts';
import { fingerprint } from '../core/text.ts';
import type { Health } from '../health/files.ts';
import { collectSnapshot } from '../snapshot/collect.ts';
import { runStage, type StageRun } from '../cli/stage.ts';
import type { Post } from '../alerts/post.ts';
import type { Transport } from '../contract/mail.ts';
import { makeOutside } from '../io/outside.ts';
import { unsyncedFiles } from '../io/store.ts';
import { post } from '../cycle/post.ts';
import { drawPictures, stagesWith } from '../cycle/stages.ts';
import { virtualClock } from './clock.ts';
import { monthStart } from './faults.ts';
import { simulatedSite } from './host.ts';
import { absolutePaths, configurationText } from './layout.ts';
import { day, minute, noise } from './scenario.ts';

export const cycleMs = 5 * minute;
export const cyclesADay = day / cycleMs;

/** The configuration of the simulated days; `folder` holds their files. */
export const daysConfiguration = (folder: string): string =>
  configurationText({
    paths: absolutePaths,
    state: join(folder, 'state'),
    source: '{ ssh: aurora@source-host, deadline: 10s }',
    dashboardUrl: 'http://127.0.0.1:8501/',
    mailTo: 'ops@example.org',
    comment:
      'The simulated days: for explain and similar commands. The paths and units below do not exist on this machine.',
  });

export function placesIn(folder: string): Places {
  const state = join(folder, 'state');
  return {
    state,
    raw: join(state, 'raw'),
    quicklooks: join(state, 'quicklooks'),
    monitoring: join(state, 'monitoring'),
    textfiles: join(state, 'textfiles'),
    runtime: join(folder, 'run'),
    cache: join(folder, 'cache'),
  };
}

/** Accepts every mail and discards it. */
const discardingTransport: Transport = {
  name: 'paper',
  summary: 'of the demo',
  ready: async () => ({ usable: true, uses: 'paper' }),
  send: async (_mail, to) => ({ accepted: to, refused: [], words: 'taken' }),
};
const discardingPost: Post = {
  ...post,
  outside: async () => ({ ...makeOutside(), environment: {} }),
  transports: async () => ({ mail: [discardingTransport], webhook: () => discardingTransport }),
};
const stages = stagesWith(unsyncedFiles, discardingPost);

/** Start-up time of a stage's process, added to the simulated clock. */
const startMs = 60;

const daySeconds = 86_400;
/** append-zarr runs once a day here, because it writes almost as much for one new sample as for a day of samples. */
const simulatedStages = stages.map((stage) =>
  stage.name === 'append-zarr' ? { ...stage, runsEvery: daySeconds } : stage,
);

export async function openSimulation(folder: string) {
  const resolved = resolve({ path: 'config.yaml', text: daysConfiguration(folder) });
  if ('problems' in resolved) throw new Error(`the demo's own configuration is wrong: ${resolved.problems.join('\n')}`);
  const places = placesIn(folder);
  const clock = virtualClock(monthStart);
  const openSite = simulatedSite(clock);
  const runOf = (number: number): StageRun => {
    const open = openSite();
    return {
      config: resolved.config,
      places,
      options: {},
      openHosts: async () => open,
      simulation: { clock, runId: runIdOf(number), hostname: 'aurora-vm' },
    };
  };
  // A dry run loads the modules that are loaded on demand before the first cycle. Otherwise the readings of that cycle
  // would end in another order than those of all others, and have other durations.
  await runStage(collectSnapshot, { ...runOf(0), dryRun: () => undefined });
  const runOne = async (stage: (typeof simulatedStages)[number], run: StageRun) => {
    clock.pass(startMs);
    const { record, outcome } = await runStage(stage, run);
    if (record.outcome === 'failed')
      throw new Error(`${stage.name} failed at ${clock.now().toISOString()}: ${record.problems.join('; ')}`);
    return outcome;
  };
  return {
    cycle: async (number: number, at: number) => {
      // The timer's accuracy is a second.
      clock.setTo(at + Math.floor(900 * noise(20, number)));
      const run = runOf(number);
      let health: Health | undefined;
      for (const stage of simulatedStages) {
        if (stage.runsEvery === daySeconds && number % cyclesADay !== cyclesADay - 1) continue;
        const outcome = await runOne(stage, run);
        if (stage.name === 'assess-health') health = outcome?.json as Health;
      }
      if (!health) throw new Error('no stage of the cycle assessed health');
      return { number, at, health };
    },
    /** Once, at the time of the last cycle: the last eight days and the rolling pictures. */
    drawPictures: (last: number) => runOne(drawPictures, runOf(last)),
  };
}

/** Yields one cycle after another from the beginning of the month; between cycles the caller runs. The pictures are drawn
 * after the last one. */
export async function* simulateDays(folder: string, cycles: number) {
  const simulation = await openSimulation(folder);
  for (let number = 0; number < cycles; number++) yield await simulation.cycle(number, monthStart + number * cycleMs);
  await simulation.drawPictures(cycles - 1);
}

const runIdOf = (number: number): string => fingerprint(`cycle ${number}`) + fingerprint(`cycle ${number} again`);
