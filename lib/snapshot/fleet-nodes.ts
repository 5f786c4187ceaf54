// The file in which fleet-snapshot leaves what it found. Loaded only where an environment is watched.
import { isMissing } from '../contract/errors.ts';
import type { Places } from '../contract/file.ts';
import type { Host } from '../contract/host.ts';
import { type ContentOf, fits, shapeProblem } from '../contract/shape.ts';
import { ageOf } from '../core/age.ts';
import { ownOf, withoutUndefined } from '../core/fields.ts';
import { formatDuration } from '../core/quantity.ts';
import { newerLayout } from '../core/text.ts';
import { type FleetSnapshot, latestFleet, layoutVersion } from '../fleet/files.ts';
import { parseForeignJson, valueAtKey } from '../parse/json.ts';
import type { fleet as section } from './sections/fleet.ts';

/** Three runs of fleet-snapshot. */
const staleSeconds = 900;
/** Room for a thousand nodes. */
const limits = { characters: 64 * 1024 * 1024, depth: 32, values: 5_000_000 };

const toStart = 'to run it every 5m: systemctl enable --now ops-monitor-fleet.timer';

interface Asked {
  readonly host: Host;
  readonly places: Places | undefined;
  readonly at: Date;
  /** Identity of this run of all probes: the file may be large, and is parsed once for all nodes. */
  readonly run?: object | undefined;
}

const read = new WeakMap<object, Promise<FleetSnapshot>>();

/** Throws where nothing is known of the fleet now. */
export function readFleet(asked: Asked): Promise<FleetSnapshot> {
  const known = asked.run && read.get(asked.run);
  if (known) return known;
  const found = parseFleet(asked);
  if (asked.run) read.set(asked.run, found);
  return found;
}

async function parseFleet({ host, places, at }: Asked): Promise<FleetSnapshot> {
  if (!places) throw new Error('where fleet-snapshot leaves what it found is not known here');
  const path = latestFleet.path(places, at);
  const text = await host.readText(path).catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (text === undefined) throw new Error(`fleet-snapshot has found nothing yet: there is no ${path}; ${toStart}`);
  const latest = parseForeignJson(text, path, limits);
  const { schema } = latestFleet;
  const issue = schema?.wrongIn(latest);
  if (!schema || !fits(schema, latest) || issue)
    throw new Error(`${path} is not as expected: ${issue ? shapeProblem(issue, latest) : ''}`);
  const newer = newerLayout(path, latest.schema_version, layoutVersion);
  if (newer !== undefined) throw new Error(newer);
  const { seconds } = ageOf(latest.at, at);
  if (seconds === undefined)
    throw new Error(`fleet-snapshot ran in the future (${latest.at} in ${path}): a clock is wrong`);
  if (seconds > staleSeconds)
    throw new Error(`fleet-snapshot has not run since ${latest.at} (${formatDuration(seconds)} ago); ${toStart}`);
  return latest;
}

/** `devnet`, or `devnet.node1`. */
export function describeItem(latest: FleetSnapshot, item: string, at: Date): ContentOf<typeof section.schema> {
  const environment = Object.keys(latest.environments).find((name) => item === name || item.startsWith(`${name}.`));
  const found = environment === undefined ? undefined : ownOf(latest.environments, environment);
  const name = environment === undefined ? '' : item.slice(environment.length + 1);
  const node = found && name !== '' ? ownOf(found.nodes, name) : undefined;
  if (!found || (name !== '' && !node))
    throw new Error(`fleet-snapshot did not ask ${item} in its last run, at ${latest.at}: was it just configured?`);
  const own = found.alerts.filter((alert) => (alert.node ?? '') === name);
  const countOf = (severity: string): number => own.filter((alert) => alert.severity === severity).length;
  const nodes = Object.values(found.nodes);
  const asked = node?.asked_at ?? found.collected_at;
  const number = (key: string): number | undefined => {
    const value = valueAtKey(node?.report, `system.${key}`);
    return typeof value === 'number' ? value : undefined;
  };
  const [load, processors] = [number('load_avg_1'), number('cpu_count')];
  return withoutUndefined({
    asked_at: asked,
    age_seconds: Math.max(0, Math.round(ageOf(asked, at).seconds ?? 0)),
    reached: node?.reached,
    ...(node ? {} : { nodes: nodes.length, nodes_reached: nodes.filter(({ reached }) => reached).length }),
    collection_seconds: node ? node.collection_ms / 1000 : found.duration_seconds,
    memory_used_percent: number('mem_use_pct'),
    disk_used_percent: number('disk_use_pct'),
    load_per_processor:
      load === undefined || processors === undefined || processors === 0
        ? undefined
        : Math.round((load / processors) * 100) / 100,
    critical_alerts: countOf('critical'),
    warning_alerts: countOf('warning'),
    info_alerts: countOf('info'),
    alerts: Object.fromEntries(own.map(({ id, severity, level, message }) => [id, { severity, level, message }])),
  });
}
