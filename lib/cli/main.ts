// Runs a stage as a command: what each stage's script calls.
import { brokenReason } from '../config/load.ts';
import type { Configuration } from '../config/schema.ts';
import { Usage } from '../contract/errors.ts';
import type { Operand, Option, Stage } from '../contract/stage.ts';
import { listed, nearest, reasonOf } from '../core/text.ts';
import { isTerminal, print, printError } from '../io/terminal.ts';
import type { Arguments } from './arguments.ts';
import { configOption, jsonOption, start, textOption } from './command.ts';
import { openForStages, openSite } from './site.ts';
import { type Ended, type OpenHosts, recordRefusal, runStage } from './stage.ts';

export const stageOptions: Readonly<Record<string, Option>> = {
  ...configOption,
  'dry-run': { type: 'boolean', summary: 'write nothing: print what would be written where' },
  ...jsonOption,
};

/** Runs until it is aborted, as `--serve` asks; undefined where nothing asks for that. */
type StayUp = (asked: Arguments, until: AbortSignal) => Promise<number> | undefined;

/** `openHosts` is passed only to stages that look at machines: loading it costs a quarter of a process start. */
export function main(stage: Stage<Configuration>, openHosts?: OpenHosts, stayUp?: StayUp): void {
  let stop: AbortController | undefined;
  start({
    name: stage.name,
    summary: stage.summary,
    ...(stage.operand ? { operand: `[${stage.operand.word}]` } : {}),
    options: { ...stage.options, ...stageOptions },
    get stop() {
      return stop;
    },
    run: (asked) => {
      const until = new AbortController();
      const ended = stayUp?.(asked, until.signal);
      if (ended) stop = until;
      return ended ?? runAsCommand(stage, asked, openHosts);
    },
    ...(stage.renderFailure ? { renderFailure: stage.renderFailure } : {}),
  });
}

export async function runAsCommand(stage: Stage<Configuration>, asked: Arguments, openHosts?: OpenHosts) {
  // A run that only answers a question writes nothing and takes no lock.
  const dryRun = asked.options['dry-run'] === true;
  const onlyPrints = stage.onlyPrints?.(asked.options) === true;
  const path = textOption(asked, 'config');
  const site = dryRun || onlyPrints ? await openSite(path) : await openForStages(path);
  const { config, places } = site;
  const broken = 'broken' in site ? site : undefined;
  if (!config || !places || (broken && stage.speaksWhenBroken !== true)) {
    if (broken) await recordRefusal(stage, broken).catch((error: unknown) => printError(reasonOf(error)));
    throw broken?.broken ?? new Error('there is no configuration');
  }
  const ended = await runStage(stage, {
    config,
    places,
    operand: stage.operand && operandOf(stage.operand, config, asked.operand),
    openHosts,
    options: asked.options,
    lists: asked.lists,
    brokenConfiguration: broken && brokenReason(broken.broken),
    ...(dryRun || onlyPrints ? { dryRun: dryRun ? printWrite : () => undefined } : {}),
  });
  if (!onlyPrints) await reportRun(ended);
  const { outcome, record } = ended;
  const lastWords = record.problems.at(-1) ?? 'failed without a reason';
  if (!outcome) throw new Error(lastWords);
  if (record.outcome === 'failed') printError(`${stage.name}: ${lastWords}`);
  // A stage without a JSON result prints its counts; a dry run of a host tool has no result, but a plan.
  const plan = dryRun && outcome.text !== undefined ? { plan: outcome.text.split('\n') } : {};
  const json = outcome.json ?? { counts: outcome.counts, problems: outcome.problems, ...plan };
  if (asked.options['json'] === true && (!onlyPrints || outcome.json !== undefined))
    print(JSON.stringify(json, undefined, 2));
  else if (outcome.text !== undefined && (outcome.exitCode !== undefined || dryRun || onlyPrints || isTerminal(1)))
    print(outcome.text);
  return outcome.exitCode ?? record.exit_code;
}

function operandOf(
  { word, names }: Operand<Configuration>,
  config: Configuration,
  given: string | undefined,
): string | undefined {
  if (!names) return given;
  const known = names(config);
  const [first, ...others] = known;
  if (first === undefined) throw new Usage(`the configuration has no ${word.toLowerCase()} to choose`);
  if (given === undefined && others.length === 0) return first;
  if (given === undefined) throw new Usage(`name one ${word}: ${listed(known, 12)}`);
  if (known.includes(given)) return given;
  const meant = nearest(given, known);
  throw new Usage(
    `there is no ${word.toLowerCase()} ${given}${meant === undefined ? `; known are: ${listed(known, 12)}` : `; did you mean ${meant}?`}`,
  );
}

/** Returns why traces could not be sent, which changes nothing else. Without an endpoint nothing is loaded. */
export async function sendTraces(runs: readonly Ended[]): Promise<string[]> {
  if (!runs.some(({ trace }) => trace)) return [];
  try {
    return await (await import('./trace.ts')).sendTraces(runs);
  } catch (error) {
    return [`the trace could not be sent: ${reasonOf(error)}`];
  }
}

/** Logs the run: one JSON line for the journal; on a terminal only the problems, since the result is printed there. Then sends the trace of
 * the run, where one is asked for: a receiver that is slow does not keep the line from the journal if the run is ended meanwhile. */
export async function reportRun(ended: Ended): Promise<void> {
  const { stage, run_id, outcome, counts, ms, problems } = ended.record;
  const tell = (problem: string): void => printError(`${stage}: ${problem}`);
  if (!isTerminal(2)) printError(JSON.stringify({ stage, run_id, outcome, ms, counts, problems }));
  else if (outcome === 'ok') problems.forEach(tell);
  (await sendTraces([ended])).forEach(tell);
}

const printWrite = (path: string, content: string): void =>
  printError(`would write ${path} (${content.length} characters)`);
