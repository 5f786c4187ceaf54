// The command `ops-monitor demo`: the real stages watch a month of a small simulated site, in a minute or two.
import { dirname, extname, join } from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { formatDuration } from '../core/quantity.ts';
import { counted } from '../core/text.ts';
import { checks } from '../config/registry.ts';
import { replaceFile } from '../io/files.ts';
import { takeDemoFolder } from '../io/scenery.ts';
import { isTerminal, print, printError, rewriteLine } from '../io/terminal.ts';
import { type Command, exitCodes, numberOption, textOption } from '../cli/command.ts';
import { commandPrefix } from '../cli/npm.ts';
import { cyclesADay, daysConfiguration, simulateDays } from './days.ts';
import { faults, monthStart } from './faults.ts';
import { day } from './scenario.ts';
import { openSample, pickInstants } from './sample.ts';
import { renderSightings, shortTime, watchFaults } from './sightings.ts';

const maxDays = 30;
const realCycles = 20;

export const demo: Command = {
  name: 'demo',
  summary: 'builds a small simulated site with faults that come and go, and watches it for a month of simulated time',
  options: {
    folder: { type: 'string', value: 'DIR', summary: 'folder to write to (default: a new temporary folder)' },
    days: { type: 'string', value: 'N', summary: `number of simulated days (default and most: ${maxDays})` },
    real: {
      type: 'string',
      value: 'N',
      summary: `number of cycles to run again as real processes over real files (default: ${realCycles}; 0: none)`,
    },
  },

  async run(asked) {
    const days = numberOption(asked, 'days', { byDefault: maxDays, least: 1, most: maxDays });
    const real = numberOption(asked, 'real', { byDefault: realCycles, least: 0, most: 1000 });
    const folder = takeDemoFolder(textOption(asked, 'folder'));
    printError(`The demo lies in ${folder}`);
    const good = [await playDays(folder, days), real === 0 || (await playSample(folder, days, real))];
    return good.every(Boolean) ? exitCodes.ok : exitCodes.failed;
  },
};

/** Runs the simulated days; returns whether every fault was detected. */
async function playDays(folder: string, days: number): Promise<boolean> {
  const here = join(folder, 'days');
  const config = join(here, 'config.yaml');
  replaceFile(config, daysConfiguration(here), 0o644);
  const watch = watchFaults(faults, new Set(checks.map(({ name }) => name)));
  const cycles = days * cyclesADay;
  const began = performance.now();
  for await (const { number, at, health } of simulateDays(here, cycles)) {
    watch.addCycle(at, Object.fromEntries(health.observations.map(({ id, level }) => [id, level] as const)));
    printProgress(number + 1, cycles, (performance.now() - began) / 1000);
    await yieldToEventLoop(); // so that signals are handled
  }
  const seconds = (performance.now() - began) / 1000;
  const sightings = watch.sightings(monthStart + days * day);
  const missed = sightings.filter(({ outcome }) => outcome === 'missed');
  print(
    [
      '',
      renderSightings(sightings),
      '',
      `${counted(days, 'day')}, ${cycles} cycles in ${seconds.toFixed(1)} s: ${Math.round(cycles / seconds)} a second, ${((1000 * seconds) / cycles).toFixed(1)} ms each`,
      `${counted(sightings.length, 'fault')}, ${missed.length === 0 ? 'none missed' : `${missed.length} MISSED`}`,
      '',
      `  configuration  ${config}`,
      `  reports        ${join(here, 'state', 'health')}/health_report_*.md`,
      `  health         ${join(here, 'state', 'health')}/health_*.jsonl`,
      `  snapshots      ${join(here, 'state', 'raw')}/ops_monitor_*.jsonl`,
      `  pictures       ${join(here, 'state', 'quicklooks', 'ops_monitor')}/*.png`,
      `  look further   ${commandPrefix()} explain --config ${config} stream-age:mrr`,
    ].join('\n'),
  );
  return missed.length === 0;
}

/** Runs some cycles as real processes; returns whether they gave the same levels as simulated time. */
async function playSample(folder: string, days: number, count: number): Promise<boolean> {
  const here = join(folder, 'sample');
  const began = performance.now();
  const { config, source, cycles } = await openSample(here, pickInstants(count, days), commandOf);
  printError(`${counted(count, 'cycle')} as real processes; the source is reached ${source}`);
  let differing = 0;
  for await (const { number, at, faults: wrong, overall, differences } of cycles) {
    differing += differences.length;
    printError(`${number + 1} of ${count}: ${shortTime(at)}, ${overall}: ${wrong.join(', ') || 'nothing is wrong'}`);
    for (const difference of differences) printError(`  ${difference}`);
  }
  print(
    [
      '',
      `${counted(count, 'cycle')} as real processes in ${((performance.now() - began) / 1000).toFixed(1)} s, the source reached ${source}`,
      `${differing === 0 ? 'nothing' : counted(differing, 'observation')} judged otherwise than in simulated time`,
      '',
      `  configuration  ${config}`,
      `  look further   ${commandPrefix()} explain --config ${config} stream-age:mrr`,
    ].join('\n'),
  );
  return differing === 0;
}

/** The command of a stage: its script lies in the folder of this one, and is started with the same Node options. */
function commandOf(stage: string): string[] {
  const script = process.argv[1] ?? '';
  return [process.execPath, ...process.execArgv, join(dirname(script), `${stage}${extname(script)}`)];
}

/** Rewrites one line every 20 cycles on a terminal; elsewhere prints one line for each simulated day. */
function printProgress(done: number, all: number, seconds: number): void {
  const rate = done / seconds;
  const text = `day ${Math.ceil(done / cyclesADay)} of ${all / cyclesADay}, ${Math.round(rate)} cycles/s, ${formatDuration(Math.round((all - done) / rate))} left`;
  if (!isTerminal(2)) {
    if (done % cyclesADay === 0) printError(text);
  } else if (done === all) rewriteLine('');
  else if (done % 20 === 0) rewriteLine(text);
}
