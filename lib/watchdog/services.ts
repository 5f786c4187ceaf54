// Measures all services and the network, as rates against the run before.
import type { Host } from '../contract/host.ts';
import type { World } from '../contract/stage.ts';
import { ownOf, withoutUndefined } from '../core/fields.ts';
import { readingReason, reasonOf } from '../core/text.ts';
import { withDeadline } from '../engine/deadline.ts';
import { parseNetDev, parseUptime } from '../parse/proc.ts';
import { resumeTracks } from './alerts.ts';
import type { Moment } from './attempts.ts';
import type { Service, WatchdogConfig } from './config.ts';
import {
  latestServices,
  layoutVersion,
  type NetworkRates,
  type ServiceReading,
  watchdogState,
  type WatchdogState,
} from './files.ts';
import { type Found, type FindService, serviceFinder } from './find.ts';
import { measureProcesses } from './measure.ts';
import { countRestarts, cpuSecondsSince, increaseOf } from './rates.ts';

type WatchdogWorld = World<WatchdogConfig>;
type ServiceState = WatchdogState['services'][string];

/** Two runs that are closer together give no rate: the clock ticks of /proc are 10 ms. */
const leastSeconds = 1;
const serviceDeadlineMs = 8000;

export interface Measured {
  readonly moment: Moment;
  readonly services: Readonly<Record<string, ServiceReading>>;
  /** State of each service that the next run needs. */
  readonly states: WatchdogState['services'];
  readonly network: { readonly rates: NetworkRates; readonly counters: WatchdogState['network'] };
  readonly before: Awaited<ReturnType<typeof readBefore>>;
  readonly problems: readonly string[];
}

export async function measureAll(world: WatchdogWorld): Promise<Measured> {
  const { services: configured } = world.config.watchdog;
  const host = world.openHost('local', AbortSignal.timeout(serviceDeadlineMs));
  const [boot_id, uptime] = await Promise.all([
    host.readText('/proc/sys/kernel/random/boot_id').then((text) => text.trim()),
    host.readText('/proc/uptime').then(parseUptime),
  ]);
  const at = world.now();
  const before = await readBefore(world, boot_id, uptime);
  const clock = { uptime, before: before.state?.uptime_seconds };
  const find = serviceFinder(host, Object.values(configured));
  const [read, network] = await Promise.all([
    Promise.all(
      Object.entries(configured).map(async ([name, service]) => {
        const earlier = ownOf(before.state?.services, name);
        return [name, await readService({ host, find, name, service, clock, before: earlier })] as const;
      }),
    ),
    readNetwork(host, before.state?.network, clock),
  ]);
  return {
    moment: { at, boot_id, uptime },
    services: Object.fromEntries(read.map(([name, { reading }]) => [name, reading])),
    states: Object.fromEntries(read.map(([name, { state }]) => [name, state])),
    network,
    before,
    problems: [...before.problems, ...network.problems],
  };
}

/** The state of the run before, if that was since boot. Without one, the alerts that went on are those of latest.json. */
async function readBefore(world: WatchdogWorld, bootId: string, uptime: number) {
  const { content, problems } = await world.previous(watchdogState);
  const state = content?.boot_id === bootId && content.schema_version === layoutVersion ? content : undefined;
  if (state) return { state, tracks: state.tracks, problems };
  const latest = await world.previous(latestServices);
  const tracks = resumeTracks(latest.content?.alerts ?? [], uptime);
  return { state, tracks, problems: [...problems, ...latest.problems] };
}

interface Clock {
  readonly uptime: number;
  /** State of the previous run. */
  readonly before: number | undefined;
}

const elapsedOf = ({ uptime, before }: Clock): number | undefined =>
  before !== undefined && uptime - before >= leastSeconds ? uptime - before : undefined;

interface Asked {
  readonly host: Host;
  readonly find: FindService;
  readonly name: string;
  readonly service: Service;
  readonly clock: Clock;
  readonly before: ServiceState | undefined;
}

async function readService({ host, find, name, service, clock, before }: Asked) {
  try {
    return await withDeadline(serviceDeadlineMs, name, async () => {
      const found = await find(service);
      const { processes, cgroup, roots, reason } = found;
      const restarts = countRestarts(before?.restarts, roots);
      const state: ServiceState = withoutUndefined({
        processes: processes.map(({ pid, parent, started, own, reaped }) => ({ pid, parent, started, own, reaped })),
        cgroup,
        restarts,
      });
      const counted = service.unit === undefined ? restarts.count : found.restarts;
      if (roots.length === 0)
        return {
          state,
          reading: withoutUndefined({ state: 'stopped' as const, reason, pids: [], restarts: counted, unread: {} }),
        };
      const seconds = elapsedOf(clock);
      const used = usedSince(found, before, clock);
      const measured = await measureProcesses(host, processes);
      const reading: ServiceReading = withoutUndefined({
        state: 'running' as const,
        pids: roots.map(({ pid }) => pid),
        ...measured,
        cpu_percent: used === undefined || seconds === undefined ? undefined : (used / seconds) * 100,
        restarts: counted,
      });
      return { state, reading };
    });
  } catch (error) {
    const reading: ServiceReading = { state: 'unknown', reason: readingReason(error), pids: [], unread: {} };
    // Without the processes of this run, the next run has no rate.
    return { state: { restarts: before?.restarts ?? { count: 0, roots: [] } }, reading };
  }
}

/** CPU time since the run before. A control group counts the processes that began and ended in between, too. */
function usedSince(found: Found, before: ServiceState | undefined, clock: Clock): number | undefined {
  if (!before || clock.before === undefined) return undefined;
  const { cgroup } = found;
  if (cgroup && before.cgroup)
    return cgroup.start === before.cgroup.start ? increaseOf(before.cgroup.seconds, cgroup.seconds) : undefined;
  return before.processes && cpuSecondsSince(before.processes, found.processes, clock.before);
}

async function readNetwork(host: Host, before: WatchdogState['network'] | undefined, clock: Clock) {
  const elapsed = elapsedOf(clock);
  const rateOf = (earlier: number | undefined, now: number): number | undefined => {
    const increase = increaseOf(earlier, now);
    return increase === undefined || elapsed === undefined ? undefined : increase / elapsed;
  };
  try {
    const all = [...parseNetDev(await host.readText('/proc/net/dev'))].filter(([name]) => !isLeftOut(name));
    const rates: NetworkRates = Object.fromEntries(
      all.map(([name, { received, sent }]) => {
        const earlier = ownOf(before, name);
        return [
          name,
          withoutUndefined({
            received_bytes_per_second: rateOf(earlier?.received, received),
            sent_bytes_per_second: rateOf(earlier?.sent, sent),
          }),
        ];
      }),
    );
    return { rates, counters: Object.fromEntries(all), problems: [] };
  } catch (error) {
    return { rates: {}, counters: {}, problems: [`the network could not be read: ${reasonOf(error)}`] };
  }
}

/** The loopback, and the ends of containers’ interfaces: each start of a container makes another name. */
const isLeftOut = (name: string): boolean => name === 'lo' || name.startsWith('veth');
