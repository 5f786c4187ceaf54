// watch-services: measures the services of the configuration, writes what they use, and when one is above its limit.
import { Usage } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { defineStage, type World } from '../contract/stage.ts';
import { withDeadline } from '../engine/deadline.ts';
import { withoutUndefined } from '../core/fields.ts';
import { readingReason, reasonOf } from '../core/text.ts';
import { parseNetDev, parseUptime } from '../parse/proc.ts';
import { resumeTracks, step } from './alerts.ts';
import { dueRestarts, effectsOf, knownAttempts, type RestartServices, withRestarts } from './attempts.ts';
import type { Service, WatchdogConfig } from './config.ts';
import {
  type Alert,
  alertFile,
  type Latest,
  latestServices,
  layoutVersion,
  type NetworkRates,
  restartLog,
  type ServiceReading,
  watchdogState,
  type WatchdogState,
  watchdogTextfile,
} from './files.ts';
import { type Found, type FindService, serviceFinder } from './find.ts';
import { judgeService } from './judge.ts';
import { measureProcesses } from './measure.ts';
import { countRestarts, cpuSecondsSince, increaseOf } from './rates.ts';
import { describeEffect, describeEnd, describeRestart, renderServices } from './render.ts';
import { renderTextfile } from './textfile.ts';

type WatchdogWorld = World<WatchdogConfig>;
type ServiceState = WatchdogState['services'][string];

/** Two runs that are closer together give no rate: the clock ticks of /proc are 10 ms. */
const leastSeconds = 1;
const serviceDeadlineMs = 8000;

export interface Means {
  /** Prints a line for each alert that begins or ends. */
  readonly announce: (line: string) => void;
  /** Removes all files of a folder but the newest by name. */
  readonly keepNewest: (folder: string, most: number) => void;
  readonly restartServices: RestartServices;
}

const mostAlertFiles = 1000;

export const watchServices = ({ announce, keepNewest, restartServices }: Means) =>
  defineStage<WatchdogConfig>({
    name: 'watch-services',
    summary: 'measures CPU, memory, open files and threads of services, and reports those above their limits',
    reads: [],
    writes: [watchdogTextfile, latestServices, watchdogState, restartLog],
    runsEvery: 30,
    isFrequent: true,
    // Above the longest attempt to restart a service.
    deadlineMs: 80_000,
    options: {
      serve: {
        type: 'string',
        value: 'ADDRESS:PORT',
        summary: 'keep running, measure every 30 s, and answer /metrics and /healthz, such as on 127.0.0.1:9100',
      },
    },

    async run(world) {
      const { services: configured } = world.config.watchdog;
      if (Object.keys(configured).length === 0)
        throw new Usage('no service was named: `watchdog.services` in the configuration (ops/docs/watchdog.md)');
      const host = world.openHost('local', AbortSignal.timeout(serviceDeadlineMs));
      const [bootId, uptime] = await Promise.all([
        host.readText('/proc/sys/kernel/random/boot_id').then((text) => text.trim()),
        host.readText('/proc/uptime').then(parseUptime),
      ]);
      const at = world.now();
      const { state, tracks: tracksBefore, problems: setAside } = await readBefore(world, bootId, uptime);
      const clock = { uptime, before: state?.uptime_seconds };
      const find = serviceFinder(host, Object.values(configured));
      const [read, network] = await Promise.all([
        Promise.all(
          Object.entries(configured).map(
            async ([name, service]) =>
              [
                name,
                await readService({ host, find, name, service, clock, before: ownOf(state?.services, name) }),
              ] as const,
          ),
        ),
        readNetwork(host, state?.network, clock),
      ]);
      const services = Object.fromEntries(read.map(([name, { reading }]) => [name, reading]));
      const judged = Object.entries(configured).flatMap(([name, service]) =>
        judgeService(name, service, services[name] as ServiceReading),
      );
      const holds = Object.fromEntries(Object.entries(configured).map(([name, { hold }]) => [name, hold]));
      const { tracks, begun, ended } = step({ judged, before: tracksBefore, holds, at, uptime });
      const moment = { at, boot_id: bootId, uptime };
      const canRestart = Object.values(configured).some(({ restart }) => restart !== undefined);
      const readAttempts = (before: WatchdogState['restarts']) =>
        canRestart ? knownAttempts(world, before) : { log_modified_ms: 0, attempts: {}, problems: [] };
      let known = readAttempts(state?.restarts);
      // While the log cannot be read, whether an effect is in it is unknown.
      const effects = known.problems.length > 0 ? [] : effectsOf(configured, known.attempts, judged, moment);
      const unlogged: string[] = [];
      try {
        for (const line of effects) await world.append(restartLog, line);
        if (effects.length > 0) known = readAttempts(undefined);
      } catch (error) {
        unlogged.push(`the effect of a restart could not be logged: ${reasonOf(error)}`);
      }

      const begunAlerts = Object.values(tracks).flatMap(({ alert, isBegun }) => (isBegun === 'yes' ? [alert] : []));
      const writeAll = async (changed: ReadonlySet<string>) => {
        const { attempts, log_modified_ms } = known;
        const alerts = begunAlerts.map((alert) => withRestarts(alert, attempts));
        const latest: Latest = {
          schema_version: layoutVersion,
          at: at.toISOString(),
          services,
          network: network.rates,
          alerts,
        };
        const restartable = Object.keys(configured).filter((name) => configured[name]?.restart);
        await world.replace(watchdogTextfile, renderTextfile(latest, judged, attempts, restartable));
        // The ends before the state, the beginnings after it: a run that is killed between is made good by the next.
        for (const alert of ended) await world.replace(alertFile(alert), withRestarts(alert, attempts));
        await world.replace(watchdogState, {
          schema_version: layoutVersion,
          boot_id: bootId,
          uptime_seconds: uptime,
          services: Object.fromEntries(read.map(([name, found]) => [name, found.state])),
          network: network.counters,
          tracks,
          ...(canRestart ? { restarts: { log_modified_ms, attempts } } : {}),
        });
        for (const alert of alerts)
          if (changed.has(alert.service) || world.modifiedAt(alertFile(alert)) === undefined)
            await world.replace(alertFile(alert), alert);
        await world.replace(latestServices, latest);
        return latest;
      };
      let latest = await writeAll(new Set(effects.map(({ service }) => service)));
      const isDryRun = world.options['dry-run'] === true;
      if (!isDryRun) {
        for (const { message } of begun) announce(`ALERT ${message}`);
        for (const line of effects) announce(describeEffect(line));
        for (const alert of ended) announce(describeEnd(alert));
        if (begun.length > 0) keepNewest(folderOfAlerts(world, begun), mostAlertFiles);
      }
      // After the files: an attempt may take a minute, and alerts do not wait for it.
      const due = dueRestarts(configured, judged, tracks, moment);
      const restarted = due.length === 0 ? [] : await restartServices(world, due, moment);
      for (const one of restarted)
        if (!isDryRun && ('command' in one || one.isAlarming)) announce(describeRestart(one));
      const tried = restarted.flatMap((one) => ('outcome' in one ? [one.service] : []));
      if (tried.length > 0) {
        known = readAttempts(undefined);
        latest = await writeAll(new Set(tried));
      }
      return {
        counts: {
          services: read.length,
          running: read.filter(([, { reading }]) => reading.state === 'running').length,
          unknown: read.filter(([, { reading }]) => reading.state === 'unknown').length,
          alerts: latest.alerts.length,
          ...(canRestart ? { restarts: tried.length } : {}),
        },
        problems: [
          ...setAside,
          ...network.problems,
          ...read.flatMap(([name, { reading }]) =>
            reading.state === 'unknown' ? [`${name} could not be measured: ${reading.reason ?? ''}`] : [],
          ),
          ...latest.alerts.map(({ message }) => message),
          ...unlogged,
          ...known.problems,
          ...restarted.map((one) => describeRestart(one)),
        ],
        json: latest,
        text: renderServices(latest, [
          ...ended.map((alert) => describeEnd(alert)),
          ...effects.map((line) => describeEffect(line)),
          ...restarted.map((one) => describeRestart(one)),
        ]),
      };
    },
  });

const folderOfAlerts = ({ places, now }: WatchdogWorld, [alert]: readonly Alert[]): string =>
  alert
    ? alertFile(alert)
        .path(places, now())
        .replace(/\/[^/]*$/, '')
    : '';

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
  /** Of the run before. */
  readonly before: number | undefined;
}

const elapsedOf = ({ uptime, before }: Clock): number | undefined =>
  before !== undefined && uptime - before >= leastSeconds ? uptime - before : undefined;

const ownOf = <Value>(values: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined =>
  values && Object.hasOwn(values, name) ? values[name] : undefined;

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
