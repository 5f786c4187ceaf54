// Some instants of the simulated month as real things, looked at by the real stages as real processes, one a stage, as
// systemd would start them; and what they found beside what the same stages found in simulated time.
import { join } from 'node:path';
import type { Level } from '../core/level.ts';
import { type Health, latestHealth } from '../health/files.ts';
import { readIfThere, replaceFile } from '../io/files.ts';
import { readByProgram } from '../io/process.ts';
import { stages } from '../cycle/stages.ts';
import { buildSite } from './build.ts';
import { cycleMs, openSimulation, placesIn } from './days.ts';
import { faults, nameOf, start } from './faults.ts';
import { configurationText } from './layout.ts';
import { day, hour } from './scenario.ts';

interface RealCycle {
  readonly number: number;
  readonly at: number;
  /** What is wrong at that instant. */
  readonly faults: readonly string[];
  readonly overall: Level;
  /** What was judged otherwise than in simulated time, in words. */
  readonly differences: readonly string[];
}

export interface Sample {
  readonly config: string;
  /** How the source is reached, in words. */
  readonly source: string;
  readonly cycles: AsyncGenerator<RealCycle>;
}

/** `commandOf` is how a stage is started. */
export async function openSample(
  folder: string,
  instants: readonly number[],
  commandOf: (stage: string) => readonly string[],
): Promise<Sample> {
  const site = await buildSite(join(folder, 'site'));
  const config = join(folder, 'config.yaml');
  const [bySsh, why] = typeof site.source === 'string' ? [undefined, site.source] : [site.source, ''];
  replaceFile(
    config,
    configurationText({
      paths: site.paths,
      state: join(folder, 'state'),
      source: bySsh && `{ ssh: source, ssh-config: ${JSON.stringify(bySsh.config)}, deadline: 10s }`,
      dashboardUrl: site.dashboardUrl,
      says: 'The instants that were looked at by real processes.',
    }),
    0o644,
  );
  return { config, source: bySsh ? 'over sshd' : `as a folder: ${why}`, cycles: lookAtEach() };

  async function* lookAtEach(): AsyncGenerator<RealCycle> {
    const simulation = await openSimulation(join(folder, 'simulated'));
    try {
      for (const [number, at] of instants.entries()) {
        const { health: simulated } = await simulation.cycle(number, at);
        await site.showAt(at, Date.now());
        for (const { name } of stages) await runReally(commandOf(name), config, folder);
        const real = healthIn(folder);
        const wrong = faults.filter(({ begins, ends }) => begins <= at && at < ends).map(nameOf);
        yield { number, at, faults: wrong, overall: real.overall_level, differences: differences(real, simulated) };
      }
    } finally {
      site.close();
    }
  }
}

async function runReally(command: readonly string[], config: string, folder: string): Promise<void> {
  const { exit_code, stderr } = await readByProgram([...command, '--config', config], {
    signal: AbortSignal.timeout(120_000),
    env: { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), XDG_RUNTIME_DIR: join(folder, 'run') },
  });
  if (exit_code !== 0) throw new Error(`${command.join(' ')} ended with ${exit_code}: ${stderr.trim()}`);
}

function healthIn(folder: string): Health {
  const path = latestHealth.path(placesIn(folder), new Date(0));
  return JSON.parse(readIfThere(path) ?? 'null') as Health;
}

/** What belongs to the machine on which the demo runs, and no folder can pretend. */
const ofTheMachine =
  /^(filesystem-|host-(?!reachable)|service-|timer-|clock-|workspace-usage|stage-outcome|snapshot-age)/;

function differences(real: Health, simulated: Health): string[] {
  const levels = new Map(real.observations.map(({ id, level }) => [id, level]));
  return simulated.observations.flatMap(({ id, level }) => {
    const found = levels.get(id);
    return found === level || found === undefined || ofTheMachine.test(id)
      ? []
      : [`${id} is ${found}, and was ${level} in simulated time`];
  });
}

/** Instants in the midst of faults that real things can show, and after them, spread over these days. */
export function pickInstants(count: number, days: number): number[] {
  const until = start + days * day;
  const candidates = faults
    .filter(({ sees }) => Object.keys(sees).some((id) => !ofTheMachine.test(id)))
    .flatMap(({ begins, ends }) => [begins + 0.75 * (ends - begins), ends + 3 * hour])
    .filter((at) => at < until)
    .map((at) => Math.floor(at / cycleMs) * cycleMs)
    .sort((one, other) => one - other);
  return Array.from({ length: count }, (_, index) => {
    const at = candidates[Math.floor((index * candidates.length) / count)];
    return at ?? start;
  });
}
