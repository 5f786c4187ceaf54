// Reads how the ops-monitor that runs on this node judges it, from the files that it leaves: they are data of another program, of
// another version and another user.
import { Absent, isMissing } from '../../contract/errors.ts';
import type { Places } from '../../contract/file.ts';
import type { Host } from '../../contract/host.ts';
import { fits, shapeProblem } from '../../contract/shape.ts';
import { ageOf, isStale } from '../../core/age.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { countLevels, worst, worstFirst } from '../../core/level.ts';
import { formatDuration, formatLimit } from '../../core/quantity.ts';
import { firstLine, newerLayout } from '../../core/text.ts';
import { type Health, latestHealth, schemaVersion, type ShownConfig } from '../../health/files.ts';
import { parseForeignJson } from '../../parse/json.ts';
import { defineProbe } from '../define.ts';
import { monitor as section } from '../sections/monitor.ts';

const limits = { characters: 4 * 1024 * 1024, depth: 16, values: 100_000 };
const mostShown = 5;

export const monitor = defineProbe({
  name: 'monitor',
  summary: 'what the ops-monitor on this node says: overall level, age, counts by level, the worst messages',
  section,

  async read({ host: open, config, places, at }) {
    if (places === undefined) throw new Error('no folder can hold its state: name `files.state` in the configuration');
    const host = open();
    const health = await readHealth(host, latestHealth.path(places, at));
    const { site, assessed_at, snapshot_time_utc: snapshot, observations } = health;
    const { seconds } = ageOf(snapshot ?? assessed_at, at);
    const about = withoutUndefined({
      site: firstLine(site),
      version: await readVersion(host, places, at),
      assessed_at,
      age_seconds: seconds === undefined ? undefined : Math.round(seconds),
    });
    const problem = problemOf(health, config, at);
    const levels = observations.map(({ level }) => level);
    if (problem !== undefined)
      return {
        ...about,
        overall_level: 'unknown' as const,
        counts: { green: 0, amber: 0, red: 0, unknown: observations.length },
        worst: [],
        problems: { levels: `${problem}; the level was ${health.overall_level}` },
      };
    const notGreen = worstFirst
      .filter((level) => level !== 'green')
      .flatMap((level) => observations.filter((one) => one.level === level));
    return {
      ...about,
      overall_level: worst([health.overall_level, ...levels]),
      counts: countLevels(levels),
      worst: notGreen
        .slice(0, mostShown)
        .map(({ id, level, message }) => ({ id: firstLine(id), level, message: firstLine(message) })),
    };
  },
});

async function readHealth(host: Host, path: string): Promise<Health> {
  const text = await host.readText(path).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new Absent(`no ops-monitor has left an assessment at ${path}`, { cause: error });
  });
  const found = parseForeignJson(text, path, limits);
  const { schema } = latestHealth;
  if (schema && fits(schema, found)) return found;
  const issue = schema?.wrongIn(found);
  // The message leaves out the value: a link may lead to a file of secrets.
  throw new Error(`${path} is no assessment: ${issue ? shapeProblem(issue, undefined) : 'it has no schema'}`);
}

/** Why the levels of the last assessment are no longer known, by the rules of the monitor itself; undefined where they are known. */
function problemOf(
  { schema_version: version, site, assessed_at, snapshot_time_utc: snapshot }: Health,
  { site: own, interval, limits: { snapshot: limit } }: ShownConfig,
  at: Date,
): string | undefined {
  const newer = newerLayout('the last assessment', version, schemaVersion);
  if (newer !== undefined) return newer;
  if (site !== own) return `the last assessment is of the site ${firstLine(site)}, and the configuration of ${own}`;
  const most = limit.intervals * interval;
  const times = { assessment: assessed_at, snapshot: snapshot ?? assessed_at };
  for (const [what, time] of Object.entries(times)) {
    const age = ageOf(time, at);
    if (age.aheadSeconds !== undefined)
      return `the last ${what} is from the future, by ${formatDuration(age.aheadSeconds)}: a clock is wrong`;
    if (isStale(age, most))
      return `the last ${what} is of ${time}, more than ${formatLimit(most)} ago: does the monitor still run?`;
  }
  return undefined;
}

/** Reads the version at the beginning of the snapshot, because the rest is large. Undefined where it does not stand there. */
async function readVersion(host: Host, places: Places, at: Date): Promise<string | undefined> {
  // Loaded on demand, with all sections of the snapshot: most nodes have no snapshot.
  const { latest } = await import('../../snapshot/files.ts');
  const head = await host.readBytes(latest.path(places, at), { start: 0, length: 2048 }).catch(() => undefined);
  return /"product_version": ?"([\w.+-]{1,40})"/.exec(new TextDecoder().decode(head))?.[1];
}
