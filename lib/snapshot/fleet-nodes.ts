// The file in which fleet-snapshot leaves what it found. Loaded only where an environment is watched.
import type { ContentOf } from '../contract/shape.ts';
import { ageOf } from '../core/age.ts';
import { ownOf, withoutUndefined } from '../core/fields.ts';
import { formatDuration } from '../core/quantity.ts';
import { countsOf } from '../core/severity.ts';
import { type AlertRecord, type FleetSnapshot, latestFleet, layoutVersion } from '../fleet/files.ts';
import { type Asked, readLatest } from './latest.ts';
import type { fleet as section } from './sections/fleet.ts';

/** Three runs of fleet-snapshot. */
const staleSeconds = 900;
/** Room for a thousand nodes. */
const limits = { characters: 64 * 1024 * 1024, depth: 32, values: 5_000_000 };

const toStart = 'to run it every 5m: systemctl enable --now ops-monitor-fleet.timer';
const words = {
  place: 'where fleet-snapshot leaves what it found',
  nothing: 'fleet-snapshot has found nothing yet',
  ran: 'fleet-snapshot ran',
  toStart,
};

/** `run` is the identity of this run of all probes: the file may be large, and is parsed once for all nodes. */
type AskedInRun = Asked & { readonly run?: object | undefined };

const read = new WeakMap<object, Promise<FleetSnapshot>>();

/** Throws where nothing is known of the fleet now. */
export function readFleet(asked: AskedInRun): Promise<FleetSnapshot> {
  const known = asked.run && read.get(asked.run);
  if (known) return known;
  const found = readFresh(asked);
  if (asked.run) read.set(asked.run, found);
  return found;
}

async function readFresh(asked: Asked): Promise<FleetSnapshot> {
  const latest = await readLatest(asked, { file: latestFleet, layoutVersion, limits, words });
  const { seconds = 0 } = ageOf(latest.at, asked.at);
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
  const isOwn = (alert: AlertRecord): boolean => (alert.node ?? '') === name;
  const own = found.alerts.filter(isOwn);
  const counts = countsOf(own);
  const nodes = Object.values(found.nodes);
  const asked = node?.asked_at ?? found.collected_at;
  return withoutUndefined({
    asked_at: asked,
    age_seconds: Math.max(0, Math.round(ageOf(asked, at).seconds ?? 0)),
    reached: node?.reached,
    ...(node ? {} : { nodes: nodes.length, nodes_reached: nodes.filter(({ reached }) => reached).length }),
    collection_seconds: node ? node.collection_ms / 1000 : found.duration_seconds,
    ...node?.figures,
    critical_alerts: counts.critical,
    warning_alerts: counts.warning,
    info_alerts: counts.info,
    alerts: byId(own),
    earlier: byId((found.earlier ?? []).filter(isOwn)),
  });
}

const byId = <Alert extends AlertRecord>(alerts: readonly Alert[]) =>
  Object.fromEntries(alerts.map(({ id, node: _itself, subsystem: _unused, ...alert }) => [id, alert]));
