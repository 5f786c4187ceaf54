// run-rehearsal: checks connectors, smoke test, credentials and doctrine, and bundles the results. `rehearse`, which replays
// recorded days, is another command.
import type { ArchiveFolder } from '../contract/archive-folder.ts';
import { resolve } from 'node:path';
import { Usage } from '../contract/errors.ts';
import type { Secret } from '../contract/net.ts';
import type { Push } from '../contract/push.ts';
import { type OpenRunFolder, runFolderId } from '../contract/run-folder.ts';
import { defineStage, type Line, parsedOrUndefined, type World } from '../contract/stage.ts';
import type { LiveOutput } from '../contract/task.ts';
import { lanes } from '../core/lanes.ts';
import { join } from '../core/path.ts';
import { formatBytes, formatDuration, milli } from '../core/quantity.ts';
import type { AskTools } from '../engine/answer.ts';
import { failureWords } from '../engine/ending.ts';
import type { Rehearsal, RehearsalConfig } from './config.ts';
import { checkConnector, healthOf, unhealthyOf } from './connectors.ts';
import { checkDoctrine } from './doctrine.ts';
import { coverDrill, isInDrill } from './drill.ts';
import {
  type DoctrineResult,
  type HealthResult,
  type PastRun,
  rehearsalFolder,
  rehearsalHistory,
  type RehearsalSummary,
  rehearsalTextfile,
  type RotationResult,
  type SmokeResult,
} from './files.ts';
import { renderHistory, renderPlan, renderRehearsal } from './render.ts';
import { checkCredential, rotationOf } from './rotation.ts';
import { runSmokeTest } from './smoke-test.ts';
import { renderRehearsalMetrics } from './textfile.ts';
import type { PartTools } from './tools.ts';

type RehearsalWorld = World<RehearsalConfig>;

export interface RehearsalMeans extends Pick<AskTools, 'runTask' | 'whyUnreachable'> {
  readonly openRunFolder: OpenRunFolder;
  readonly archiveFolder: ArchiveFolder;
  readonly live: LiveOutput;
  /** Resolves a reference `$NAME`. */
  readonly secret: (reference: string) => Promise<Secret>;
}

const archiveSeconds = 300;
/** At most this many connectors, or credentials, are checked at the same time. */
const widthOfChecks = 16;
/** Runs of the history that are read, newest first: a year of hourly runs. */
const mostHistory = 10_000;

export const runRehearsal = <Config extends RehearsalConfig>({
  push,
  ...means
}: RehearsalMeans & { readonly push: Push<Config> }) =>
  defineStage<Config>({
    name: 'run-rehearsal',
    summary:
      'checks connectors, smoke test, rotation of credentials and doctrine (not `rehearse`, which replays mails)',
    reads: [],
    writes: [rehearsalHistory, rehearsalTextfile],
    // The parts together take at most 50 min, the archive 5 min.
    deadlineMs: 3_600_000,
    options: {
      pipeline: { type: 'boolean', summary: 'archive the folder of all rehearsals after the run' },
      history: { type: 'boolean', summary: 'print the last runs and the coverage of the drill; run nothing' },
      push: { type: 'boolean', summary: 'push the result to the Pushgateway as well (ops/docs/push.md)' },
      'exit-code': { type: 'boolean', summary: 'exit with 1 where the rehearsal does not pass' },
    },
    onlyPrints: ({ history }) => history === true,

    checkUsage(world) {
      const rehearsal = rehearsalOf(world);
      if (world.options['history'] === true) return;
      if (world.options['pipeline'] === true) archivePath(world, rehearsal);
      if (world.options['push'] === true) push.check(world);
    },

    async run(world) {
      const { options } = world;
      const rehearsal = rehearsalOf(world);
      const history = readHistory(world.scan(rehearsalHistory, 'end'));
      if (options['history'] === true) {
        const drill = drillOf(rehearsal, history, world.now());
        return {
          counts: { runs: history.length },
          problems: [],
          json: { runs: history, ...(drill ? { drill } : {}) },
          text: renderHistory(history, drill, world.width),
        };
      }
      const archive = options['pipeline'] === true ? archivePath(world, rehearsal) : undefined;
      if (options['dry-run'] === true)
        return { counts: {}, problems: [], text: renderPlan(rehearsal, archive, world.width) };
      const summary = await runAll(world, rehearsal, history, means);
      const textfile = renderRehearsalMetrics(summary);
      await world.replace(rehearsalTextfile, textfile);
      await world.append(rehearsalHistory, pastRunOf(summary));
      const unpushed = options['push'] === true ? await push.textfile(world, rehearsalTextfile, textfile) : [];
      const archived = archive === undefined ? [] : [await writeArchive(world, archive, means)];
      const passed = summary.verdict === 'pass';
      return {
        counts: summary.counts,
        problems: [...(passed ? [] : [`the rehearsal does not pass: ${summary.reason}`]), ...unpushed],
        json: summary,
        text: [renderRehearsal(summary, world.width), ...archived].join('\n'),
        ...(options['exit-code'] === true ? { exitCode: passed ? 0 : 1 } : {}),
      };
    },
  });

function rehearsalOf({ config: { rehearsal } }: RehearsalWorld): Rehearsal {
  if (!rehearsal) throw new Usage('the configuration has no `rehearsal`: there is nothing to check');
  return rehearsal;
}

/** Leaves out a line that a kill left torn. */
function readHistory(lines: Iterable<Line<PastRun>>): PastRun[] {
  const runs: PastRun[] = [];
  for (const line of lines) {
    const run = parsedOrUndefined(line);
    if (run) runs.push(run);
    if (runs.length === mostHistory) break;
  }
  return runs;
}

const drillOf = ({ drill }: Rehearsal, history: readonly Pick<PastRun, 'started_at'>[], now: Date) =>
  drill && coverDrill(drill, history.map(({ started_at }) => started_at), now); // prettier-ignore

function archivePath({ places }: RehearsalWorld, { archive }: Rehearsal): string {
  const folder = rehearsalFolder(places);
  const beside = places.monitoring.replace(/\/+$/, '').replace(/\/[^/]*$/, '');
  // Resolved, because a path with `//` or `..` may lead into the folder, too.
  const path = resolve(archive ?? join(beside || '/', 'logs', 'stage_b_rehearsal_artifacts.tgz'));
  if (path === folder || path.startsWith(`${folder}/`))
    throw new Usage(`rehearsal.archive: ${path} lies in ${folder}, which it archives`);
  return path;
}

async function writeArchive({ places }: RehearsalWorld, path: string, { archiveFolder }: RehearsalMeans) {
  const { ending, said, bytes } = await archiveFolder({
    folder: rehearsalFolder(places),
    path,
    seconds: archiveSeconds,
  });
  const failure = failureWords(ending, 'tar', archiveSeconds);
  if (failure === undefined) return `archive: ${path} (${formatBytes(bytes)})`;
  throw new Error(
    `the results are complete, but ${path} was not replaced: tar: ${failure}${said === '' ? '' : ` (${said})`}`,
  );
}

async function runAll(
  world: RehearsalWorld,
  rehearsal: Rehearsal,
  history: readonly PastRun[],
  means: RehearsalMeans,
): Promise<RehearsalSummary> {
  const started = world.now();
  const began = world.monotonicMs();
  const started_at = started.toISOString();
  const base = rehearsalFolder(world.places);
  const id = runFolderId(started);
  const folder = means.openRunFolder(base, id, rehearsal.keep, '');
  const parts = await runParts(rehearsal, {
    ...means,
    openHost: world.openHost,
    now: world.now,
    monotonicMs: world.monotonicMs,
    folder: folder.path,
    onLine: means.live.line,
    write: folder.write,
  });
  const drill = drillOf(rehearsal, [{ started_at }, ...history], world.now());
  const summary: RehearsalSummary = {
    schema_version: 1,
    ...verdictOf(parts),
    decided_at: world.now().toISOString(),
    run_id: world.runId,
    started_at,
    seconds: milli((world.monotonicMs() - began) / 1000),
    artifacts: join(base, id),
    counts: { ...countsOf(parts), ...(drill ? { drill_due_runs: drill.due_runs, drill_runs: drill.runs } : {}) },
    ...parts,
    in_drill: rehearsal.drill ? (isInDrill(rehearsal.drill, started_at) ? 'inside' : 'outside') : 'none',
    ...(drill ? { drill } : {}),
  };
  folder.write('rehearsal_summary.json', jsonOf(summary));
  folder.write('rehearsal_status.prom', renderRehearsalMetrics(summary));
  folder.publish();
  return summary;
}

interface Parts {
  readonly health?: HealthResult;
  readonly smoke_test?: SmokeResult;
  readonly rotation?: RotationResult;
  readonly doctrine?: DoctrineResult;
}

interface RunTools extends PartTools {
  readonly live: LiveOutput;
  readonly write: (name: string, text: string) => void;
}

const jsonOf = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

async function runParts(
  { connectors, credentials, doctrine, 'smoke-test': smokeTest }: Rehearsal,
  tools: RunTools,
): Promise<Parts> {
  const { write } = tools;
  const parts: { -readonly [Part in keyof Parts]: Parts[Part] } = {};
  if (Object.keys(connectors).length > 0) {
    parts.health = healthOf(
      await runEach('connector', connectors, tools, async (name, connector) => {
        const result = await checkConnector(name, connector, tools);
        const words = result.reason === undefined ? 'healthy' : `not healthy: ${result.reason}`;
        tools.live.ended(`${name}: ${words} (${formatDuration(result.seconds)})`);
        return result;
      }),
    );
    write('health_checks.json', jsonOf({ schema_version: 1, checked_at: tools.now().toISOString(), ...parts.health }));
  }
  if (smokeTest) {
    const { result, payload } = await showing('smoke test', tools, runSmokeTest(smokeTest, tools));
    parts.smoke_test = result;
    tools.live.ended(`smoke test: ${result.outcome} (${formatDuration(result.seconds)})${because(result)}`);
    write(result.payload_file, payload);
    write('smoke_test.json', jsonOf({ schema_version: 1, ...result }));
  }
  if (Object.keys(credentials).length > 0) {
    parts.rotation = rotationOf(
      await runEach('credential', credentials, tools, async (name, credential) => {
        const result = await checkCredential(name, credential, tools);
        tools.live.ended(`credential ${name}: ${result.outcome}${because(result)}`);
        return result;
      }),
    );
    write('credential_rotation.json', jsonOf({ schema_version: 1, ...parts.rotation }));
  }
  if (doctrine) {
    parts.doctrine = await showing('doctrine check', tools, checkDoctrine(doctrine, tools));
    tools.live.ended(`doctrine check: ${parts.doctrine.verdict}${because(parts.doctrine)}`);
    write('doctrine.json', jsonOf({ schema_version: 1, ...parts.doctrine }));
  }
  return parts;
}

const because = ({ reason }: { readonly reason?: string | undefined }): string =>
  reason === undefined ? '' : `: ${reason}`;

/** Checks all parts side by side, and shows how many are done. */
async function runEach<Part, Result>(
  noun: string,
  parts: Readonly<Record<string, Part>>,
  { live }: RunTools,
  check: (name: string, part: Part) => Promise<Result>,
): Promise<Result[]> {
  const lane = lanes(widthOfChecks);
  const all = Object.entries(parts);
  let done = 0;
  const show = (): void => live.status(`${noun}s: ${done} of ${all.length} checked`);
  show();
  try {
    return await Promise.all(
      all.map(([name, part]) =>
        lane(async () => {
          const result = await check(name, part);
          done += 1;
          show();
          return result;
        }),
      ),
    );
  } finally {
    live.status('');
  }
}

/** Shows, while the work runs, for how long it has run. */
async function showing<Result>(what: string, { live, monotonicMs }: RunTools, work: Promise<Result>): Promise<Result> {
  const began = monotonicMs();
  const show = (): void => live.status(`${what}: ${formatDuration(Math.round((monotonicMs() - began) / 1000))}`);
  const tick = setInterval(show, 500);
  try {
    return await work;
  } finally {
    clearInterval(tick);
    live.status('');
  }
}

function verdictOf({ health, smoke_test, rotation, doctrine }: Parts): Pick<RehearsalSummary, 'verdict' | 'reason'> {
  const reasons = [
    ...unhealthyOf(health?.connectors ?? []).map(({ name, reason }) => `${name}: ${reason}`),
    ...(smoke_test?.outcome === 'fail' ? [`the smoke test: ${smoke_test.reason}`] : []),
    ...(rotation?.credentials ?? []).flatMap(({ name, outcome, reason }) =>
      outcome === 'rotated' ? [] : [`the credential ${name}: ${reason}`],
    ),
    ...(doctrine && doctrine.verdict !== 'pass' ? [`the doctrine check: ${doctrine.reason}`] : []),
  ];
  const [reason, ...others] = reasons;
  if (reason === undefined) return { verdict: 'pass' };
  return { verdict: 'fail', reason: others.length === 0 ? reason : `${reason} (and ${others.length} more)` };
}

const countsOf = ({ health, smoke_test, rotation, doctrine }: Parts): Record<string, number> => ({
  ...(health
    ? {
        connectors: health.connectors.length,
        connectors_healthy: health.connectors.filter(({ outcome }) => outcome === 'pass').length,
      }
    : {}),
  ...(smoke_test ? { smoke_test_passed: smoke_test.outcome === 'pass' ? 1 : 0 } : {}),
  ...(rotation
    ? {
        credentials: rotation.credentials.length,
        credentials_rotated: rotation.credentials.filter(({ outcome }) => outcome === 'rotated').length,
      }
    : {}),
  ...(doctrine ? { doctrine_passed: doctrine.verdict === 'pass' ? 1 : 0 } : {}),
});

function pastRunOf(summary: RehearsalSummary): PastRun {
  const { run_id, started_at, decided_at, seconds, verdict, reason, counts, in_drill } = summary;
  const { smoke_test, rotation, doctrine } = summary;
  return {
    run_id,
    started_at,
    decided_at,
    seconds,
    verdict,
    ...(reason === undefined ? {} : { reason }),
    connectors: counts['connectors'] ?? 0,
    connectors_healthy: counts['connectors_healthy'] ?? 0,
    ...(smoke_test ? { smoke_test: smoke_test.outcome } : {}),
    ...(rotation ? { rotation_coverage_ratio: rotation.coverage_ratio } : {}),
    ...(doctrine ? { doctrine: doctrine.verdict } : {}),
    in_drill,
  };
}
