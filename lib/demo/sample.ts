// Builds some instants of the simulated month as real files, runs the stages on them as real processes, one for each
// stage, as systemd would start them, and compares their observations with those of simulated time.
import { join } from 'node:path';
import { type Health, latestHealth } from '../health/files.ts';
import { readIfThere, replaceFile } from '../io/files.ts';
import { readByProgram } from '../io/process.ts';
import { stages } from '../cycle/stages.ts';
import { buildSite } from './build.ts';
import { cycleMs, openSimulation, placesIn } from './days.ts';
import { faults, faultName, monthStart } from './faults.ts';
import { configurationText } from './layout.ts';
import { day, hour } from './scenario.ts';

/** `commandOf` returns the command line that starts a stage. */
export async function openSample(
  folder: string,
  instants: readonly number[],
  commandOf: (stage: string) => readonly string[],
) {
  const site = await buildSite(join(folder, 'site'));
  const config = join(folder, 'config.yaml');
  const [sshd, noSshReason] = typeof site.source === 'string' ? [undefined, site.source] : [site.source, ''];
  replaceFile(
    config,
    configurationText({
      paths: site.paths,
      state: join(folder, 'state'),
      source: sshd && `{ ssh: source, ssh-config: ${JSON.stringify(sshd.config)}, deadline: 10s }`,
      dashboardUrl: site.dashboardUrl,
      comment: 'The instants that real processes have read.',
    }),
    0o644,
  );
  // `source`: how the source is reached, as words for the output.
  return { config, source: sshd ? 'over sshd' : `as a folder: ${noSshReason}`, cycles: runInstants() };

  async function* runInstants() {
    const simulation = await openSimulation(join(folder, 'simulated'));
    try {
      for (const [number, at] of instants.entries()) {
        const { health: simulated } = await simulation.cycle(number, at);
        await site.buildAt(at, Date.now());
        for (const { name } of stages) await runStageProcess(commandOf(name), config, folder);
        const real = readHealth(folder);
        const active = faults.filter(({ begins, ends }) => begins <= at && at < ends).map(faultName);
        yield { number, at, faults: active, overall: real.overall_level, differences: differences(real, simulated) };
      }
    } finally {
      site.close();
    }
  }
}

async function runStageProcess(command: readonly string[], config: string, folder: string): Promise<void> {
  const { exit_code, stderr } = await readByProgram([...command, '--config', config], {
    signal: AbortSignal.timeout(120_000),
    env: { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), XDG_RUNTIME_DIR: join(folder, 'run') },
  });
  if (exit_code !== 0) throw new Error(`${command.join(' ')} ended with ${exit_code}: ${stderr.trim()}`);
}

function readHealth(folder: string): Health {
  const path = latestHealth.path(placesIn(folder), new Date(0));
  return JSON.parse(readIfThere(path) ?? 'null') as Health;
}

/** Checks of the machine on which the demo runs, which files in a folder cannot simulate. */
const machineChecks =
  /^(filesystem-|gpu-|watchdog-|host-(?!reachable)|service-|timer-|clock-|workspace-usage|stage-outcome|snapshot-age)/;

function differences(real: Health, simulated: Health): string[] {
  const levels = new Map(real.observations.map(({ id, level }) => [id, level]));
  return simulated.observations.flatMap(({ id, level }) => {
    const found = levels.get(id);
    return found === level || found === undefined || machineChecks.test(id)
      ? []
      : [`${id} is ${found}, and was ${level} in simulated time`];
  });
}

/** Instants during and after the faults that real files can show, spread over these days. */
export function pickInstants(count: number, days: number): number[] {
  const until = monthStart + days * day;
  const candidates = faults
    .filter(({ expected }) => Object.keys(expected).some((id) => !machineChecks.test(id)))
    .flatMap(({ begins, ends }) => [begins + 0.75 * (ends - begins), ends + 3 * hour])
    .filter((at) => at < until)
    .map((at) => Math.floor(at / cycleMs) * cycleMs)
    .sort((one, other) => one - other);
  return Array.from({ length: count }, (_, index) => {
    const at = candidates[Math.floor((index * candidates.length) / count)];
    return at ?? monthStart;
  });
}
