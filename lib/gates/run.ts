// run-gate: runs the phases of a gate, keeps their output, and writes its verdict.
import { Usage } from '../contract/errors.ts';
import type { Push } from '../contract/push.ts';
import { type OpenRunFolder, runFolderId } from '../contract/run-folder.ts';
import { defineStage, type World } from '../contract/stage.ts';
import type { LiveOutput, RunTask } from '../contract/task.ts';
import { isAbsolute, join } from '../core/path.ts';
import { formatDuration, formatLimit, milli } from '../core/quantity.ts';
import { counted, readingReason } from '../core/text.ts';
import { failureWords } from '../engine/ending.ts';
import { parseCoverage } from '../parse/coverage.ts';
import type { GateRun, GatesConfig, Phase } from './config.ts';
import { artifactsOf, gateHistory, gateSummary, gateTextfile, type GateSummary, type PhaseResult } from './files.ts';
import { describePhase, renderHistory, renderRun } from './render.ts';
import { renderGate } from './textfile.ts';

type GateWorld = World<GatesConfig>;

interface Means {
  readonly runTask: RunTask;
  readonly openRunFolder: OpenRunFolder;
  readonly live: LiveOutput;
}

export const runGate = <Config extends GatesConfig>({ push, ...means }: Means & { readonly push: Push<Config> }) =>
  defineStage<Config>({
    name: 'run-gate',
    summary: 'runs the phases of a gate, keeps their output, and writes its verdict',
    operand: { word: 'GATE', names: (config) => Object.keys(config['gate-runs']) },
    reads: [],
    writes: [],
    // Longer than the time limits of all phases together, which are below a day.
    deadlineMs: 86_400_000,
    options: {
      history: { type: 'boolean', summary: 'print the last runs and how they changed; run nothing' },
      push: { type: 'boolean', summary: 'push the result to the Pushgateway as well (ops/docs/push.md)' },
      'exit-code': { type: 'boolean', summary: 'exit with 1 where the gate does not pass' },
    },
    onlyPrints: ({ history }) => history === true,

    checkUsage(world) {
      if (world.options['push'] === true && world.options['history'] !== true) push.check(world);
    },

    async run(world) {
      const { options, config, operand: name = '' } = world;
      const gate = config['gate-runs'][name];
      if (!gate) throw new Usage(`there is no gate ${name}`);
      const history = [...world.scan(gateHistory(name, gate), 'end')].flatMap((line) => {
        try {
          return [line.parse()];
        } catch {
          return []; // torn by a kill
        }
      });
      if (options['history'] === true)
        return {
          counts: { runs: history.length },
          problems: [],
          json: history,
          text: renderHistory(name, history, world.width),
        };
      if (options['dry-run'] === true) return planOf(name, gate);
      const summary = await runPhases(world, name, gate, means);
      const textfile = renderGate(summary);
      await world.replace(gateSummary(name, gate), summary);
      await world.append(gateHistory(name, gate), summary);
      await world.replace(gateTextfile(name), textfile);
      const unpushed = options['push'] === true ? await push.textfile(world, gateTextfile(name), textfile) : [];
      const passed = summary.verdict === 'pass';
      return {
        counts: summary.counts,
        problems: [...(passed ? [] : [`the gate ${name} does not pass: ${summary.reason}`]), ...unpushed],
        json: summary,
        text: renderRun(summary, history[0], world.width),
        ...(options['exit-code'] === true ? { exitCode: passed ? 0 : 1 } : {}),
      };
    },
  });

function planOf(name: string, { phases, folder }: GateRun) {
  const lines = Object.entries(phases).map(
    ([phase, { command, timeout }]) => `would run ${phase} (at most ${formatLimit(timeout)}): ${command.join(' ')}`,
  );
  return { counts: { phases: lines.length }, problems: [], text: [`gate ${name}, in ${folder}`, ...lines].join('\n') };
}

async function runPhases(world: GateWorld, name: string, gate: GateRun, means: Means): Promise<GateSummary> {
  const started = world.now();
  const began = world.monotonicMs();
  const id = runFolderId(started);
  const folder = means.openRunFolder(artifactsOf(world.places, name, gate), id, gate.keep);
  const results: PhaseResult[] = [];
  let isStopped = false;
  for (const [phaseName, phase] of Object.entries(gate.phases)) {
    const result: PhaseResult = isStopped
      ? skipped(phaseName, phase)
      : await runPhase(world, gate, { name: phaseName, phase, log: join(folder.path, `${phaseName}.log`) }, means);
    results.push(result);
    means.live.ended(describePhase(result));
    isStopped ||= result.outcome === 'fail' && phase.required && gate['stop-at-failure'];
  }
  const summary = { ...summaryOf(name, results), run_id: world.runId, started_at: started.toISOString() };
  const decided_at = world.now().toISOString();
  const seconds = Math.round(world.monotonicMs() - began) / 1000;
  const artifacts = join(artifactsOf(world.places, name, gate), 'runs', id);
  const whole: GateSummary = { ...summary, decided_at, seconds, artifacts };
  folder.write('summary.json', `${JSON.stringify(whole, undefined, 2)}\n`);
  folder.write(`${name}_gate.prom`, renderGate(whole));
  folder.publish();
  return whole;
}

const skipped = (name: string, { required }: Phase): PhaseResult => ({
  name,
  outcome: 'skipped',
  required: required ? 'yes' : 'no',
  seconds: 0,
  reason: 'a required phase before it failed',
});

interface Asked {
  readonly name: string;
  readonly phase: Phase;
  readonly log: string;
}

async function runPhase(
  world: GateWorld,
  { folder }: GateRun,
  { name, phase, log }: Asked,
  { runTask, live }: Means,
): Promise<PhaseResult> {
  const began = world.monotonicMs();
  const startedAt = world.now();
  const tick = setInterval(() => {
    const seconds = Math.round((world.monotonicMs() - began) / 1000);
    live.status(`${name}: ${formatDuration(seconds)} of at most ${formatLimit(phase.timeout)}`);
  }, 500);
  live.status(`${name}: starts`);
  try {
    const { ending, seconds, killed } = await runTask({
      argv: phase.command,
      folder,
      variables: phase.env,
      seconds: phase.timeout,
      log,
      onLine: live.line,
    });
    const failure = failureWords(ending, phase.command[0] ?? '', phase.timeout);
    const covered = failure === undefined ? await coverageOf(world, folder, phase, startedAt) : {};
    const reason = failure ?? ('reason' in covered ? covered.reason : undefined);
    return {
      name,
      outcome: reason === undefined ? 'pass' : 'fail',
      required: phase.required ? 'yes' : 'no',
      seconds: milli(seconds),
      log: `${name}.log`,
      ...(reason === undefined
        ? {}
        : {
            reason: `${reason}${killed > 0 ? `; left behind and ended: ${counted(killed, 'process', 'processes')}` : ''}`,
          }),
      ...('ratio' in covered ? { coverage_ratio: covered.ratio } : {}),
    };
  } finally {
    clearInterval(tick);
    live.status('');
  }
}

/** Some filesystems keep the time of a file in steps of two seconds. */
const clockGrainMs = 2000;

/** A phase with `coverage` that leaves no usable coverage file fails: its share is unknown. */
async function coverageOf(world: GateWorld, folder: string, { coverage }: Phase, startedAt: Date) {
  if (coverage === undefined) return {};
  const path = isAbsolute(coverage) ? coverage : join(folder, coverage);
  try {
    const host = world.openHost('local', AbortSignal.timeout(30_000));
    const { covered, lines } = parseCoverage(await host.readText(path));
    const { modified_at } = await host.stat(await host.realpath(path));
    if (Date.parse(modified_at) < startedAt.getTime() - clockGrainMs)
      return { reason: `its coverage file ${path} is of an earlier run: it was written at ${modified_at}` };
    return { ratio: covered / lines };
  } catch (error) {
    const reason = readingReason(error);
    return { reason: `its coverage file ${reason.startsWith(path) ? reason : `${path} cannot be used: ${reason}`}` };
  }
}

function summaryOf(name: string, phases: readonly PhaseResult[]) {
  const failed = phases.filter(({ outcome }) => outcome === 'fail');
  const first = failed.find(({ required }) => required === 'yes');
  // From the last phase that measured coverage: later phases include the tests of earlier ones.
  const ratio = phases.findLast(({ coverage_ratio }) => coverage_ratio !== undefined)?.coverage_ratio;
  return {
    schema_version: 1,
    gate: name,
    verdict: first ? ('fail' as const) : ('pass' as const),
    ...(first ? { reason: `${first.name}: ${first.reason}` } : {}),
    counts: {
      phases: phases.length,
      phases_passed: phases.filter(({ outcome }) => outcome === 'pass').length,
      phases_failed: failed.length,
      phases_skipped: phases.filter(({ outcome }) => outcome === 'skipped').length,
      ...(ratio === undefined ? {} : { coverage_percent: Math.round(ratio * 10_000) / 100 }),
    },
    ...(ratio === undefined ? {} : { coverage_ratio: ratio }),
    phases: [...phases],
  };
}
