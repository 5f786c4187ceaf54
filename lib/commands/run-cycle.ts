// run-cycle: runs every stage once, in order, in one process. As under systemd, a failed stage does not stop the others.
import { archive } from '../archive/files.ts';
import { Usage } from '../contract/errors.ts';
import { brokenReason } from '../config/load.ts';
import type { Configuration } from '../config/schema.ts';
import type { Places } from '../contract/file.ts';
import type { Stage } from '../contract/stage.ts';
import { fold } from '../core/columns.ts';
import { shellWord } from '../core/harmless.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';
import { currentHealth } from '../health/current.ts';
import { latestHealth } from '../health/files.ts';
import { modifiedMs } from '../io/files.ts';
import { product } from '../io/product.ts';
import { isTerminal, painter, print, printError, printWidth } from '../io/terminal.ts';
import { makeWorld } from '../io/world.ts';
import { pageFolder } from '../page/files.ts';
import { pictureFolder } from '../pictures/files.ts';
import { dayReport, latestReport } from '../report/files.ts';
import { latest, snapshots } from '../snapshot/files.ts';
import { type Command, configOption, exitCodeOf, exitCodes, textOption } from '../cli/command.ts';
import { openHosts } from '../cycle/hosts.ts';
import { sendTraces } from '../cli/main.ts';
import { commandPrefix } from '../cli/npm.ts';
import { type BrokenSite, openForStages } from '../cli/site.ts';
import { type Ended, noHost, recordRefusal, runStage } from '../cli/stage.ts';
import { stages } from '../cycle/stages.ts';
import { renderSummary } from '../cycle/summary.ts';

export const runCycle: Command = {
  name: 'run-cycle',
  summary: 'runs all stages once and prints a summary',
  options: {
    ...configOption,
    quiet: { type: 'boolean', summary: 'print only why a stage failed: for cron, which mails all output' },
    only: { type: 'string', value: 'TIMER', summary: 'run only the stages of one timer: `cycle`, `hourly` or `daily`' },
  },

  async run(asked) {
    const isQuiet = asked.options['quiet'] === true;
    const only = textOption(asked, 'only');
    if (only !== undefined && only !== 'cycle' && only !== 'hourly' && only !== 'daily')
      throw new Usage(`--only takes cycle, hourly or daily, not ${JSON.stringify(only)}`);
    const given = textOption(asked, 'config');
    const site = await openForStages(given);
    const chosen = stages.filter(({ runsEvery }) => only === undefined || runsEvery === only);
    if ('broken' in site) return runBroken(site, chosen);
    const { source, config, places } = site;
    let exitCode: number = exitCodes.ok;
    const done = new Set<string>();
    const runs: Ended[] = [];
    for (const stage of chosen) {
      if (isTerminal(2) && !isQuiet) printFolded(`${stage.name}: ${stage.summary} …`);
      try {
        const ended = await runStage(stage, { config, places, options: {}, openHosts });
        const { record, outcome } = ended;
        runs.push(ended);
        // On a full disk the stage fails, but its result is in the runtime folder and still counts.
        if (outcome) done.add(stage.name);
        if (!isQuiet || record.outcome === 'failed')
          for (const problem of record.problems) printFolded(`${stage.name}: ${problem}`);
        exitCode ||= record.exit_code;
      } catch (error) {
        printError(`${stage.name}: ${reasonOf(error)}`);
        exitCode ||= exitCodeOf(error);
      }
    }
    const untraced = await sendTraces(runs);
    if (!isQuiet) for (const problem of untraced) printFolded(problem);
    if (isQuiet || only === 'hourly' || only === 'daily') return exitCode;
    const world = makeWorld({ config, places, openHost: noHost });
    // The health file of an earlier cycle must not be shown as the result of this one.
    if (!done.has('assess-health')) {
      printError('\nassess-health failed: there is no verdict on this machine as it is now');
      return exitCode;
    }
    const assessed = await world.read(latestHealth);
    if (!assessed) throw new Error('no stage left a health file: see the messages above');
    const health = currentHealth(assessed, { config, stages: await world.stageRecords(), at: world.now() });
    const snapshot = await world.read(latest).catch(() => undefined); // health reports why the snapshot is unreadable
    const day = new Date(health.snapshot_time_utc ?? health.assessed_at);
    const files = [
      ['report', latestReport.path(places, day)],
      ['report of the day', dayReport.path(places, day)],
      ['health', latestHealth.path(places, day)],
      ['snapshot', latest.path(places, day)],
      ['all of the day', snapshots.path(places, day)],
      ['archive', archive.path(places, day)],
      ...(done.has('draw-quicklooks') ? [['pictures', `${pictureFolder(places)}/*.png`] as const] : []),
      ...(done.has('build-dashboard') ? [['page', pageWords(places)] as const] : []),
    ] as const;
    const explainWith = [
      commandPrefix(),
      'explain',
      ...(given === undefined || !source ? [] : ['--config', shellWord(source.path)]),
    ].join(' ');
    const look = { paint: painter(), width: printWidth(), explainWith };
    print(`\n${renderSummary({ health, snapshot, version: product.version, files, ...look })}`);
    return exitCode;
  },
};

const pageWords = (places: Places): string =>
  modifiedMs(join(pageFolder(places), 'index.html')) === undefined
    ? `not built in this checkout: npm run build, then ${commandPrefix()} build-dashboard`
    : `${pageFolder(places)} (shown by: ${commandPrefix()} dashboard --open)`;

const printFolded = (line: string): void => printError(fold(line, printWidth(2), '  ').join('\n'));

/** The stages that tell people run with the last good configuration; all others leave a record of why they did not run. */
async function runBroken(site: BrokenSite, chosen: readonly Stage<Configuration>[]): Promise<number> {
  const { broken, config, places } = site;
  printError(`run-cycle: ${broken.message}`);
  for (const stage of chosen) {
    try {
      if (config && places && stage.speaksWhenBroken)
        await runStage(stage, { config, places, options: {}, brokenConfiguration: brokenReason(broken) });
      else await recordRefusal(stage, site);
    } catch (error) {
      printError(`${stage.name}: ${reasonOf(error)}`);
    }
  }
  return exitCodes.usage;
}
