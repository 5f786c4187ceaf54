// watch-services: measures the services of the configuration, writes what they use, and when one is above its limit.
import { Usage } from '../contract/errors.ts';
import { defineStage, type World } from '../contract/stage.ts';
import { type Stepped, step } from './alerts.ts';
import {
  type Attempted,
  dueRestarts,
  knownAttempts,
  logEffects,
  type RestartServices,
  withRestarts,
} from './attempts.ts';
import type { WatchdogConfig } from './config.ts';
import {
  type Alert,
  alertFile,
  type Latest,
  latestServices,
  layoutVersion,
  restartLog,
  type ServiceReading,
  watchdogState,
  watchdogTextfile,
} from './files.ts';
import { type Judged, judgeService } from './judge.ts';
import { describeEffect, describeEnd, describeRestart, renderServices } from './render.ts';
import { type Measured, measureAll } from './services.ts';
import { renderTextfile } from './textfile.ts';

type WatchdogWorld = World<WatchdogConfig>;

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

    checkUsage({ config }) {
      if (Object.keys(config.watchdog.services).length === 0)
        throw new Usage('no service was named: `watchdog.services` in the configuration (ops/docs/watchdog.md)');
    },

    async run(world) {
      const { services: configured } = world.config.watchdog;
      const measured = await measureAll(world);
      const { moment, before } = measured;
      const judged = Object.entries(configured).flatMap(([name, service]) =>
        judgeService(name, service, measured.services[name] as ServiceReading),
      );
      const holds = Object.fromEntries(Object.entries(configured).map(([name, { hold }]) => [name, hold]));
      const stepped = step({ judged, before: before.tracks, holds, ...moment });
      const { begun, ended, tracks } = stepped;
      const run: Run = { measured, judged, stepped };
      const { effects, ...logged } = await logEffects(world, before.state?.restarts, judged, moment);
      let { known } = logged;
      const tell = world.options['dry-run'] === true ? () => undefined : announce;
      // Before the files: where the disk is full, the journal is all there is.
      for (const { message } of begun) tell(`ALERT ${message}`);
      for (const line of effects) tell(describeEffect(line));
      for (const alert of ended) tell(describeEnd(alert));
      let latest = await writeFiles(world, run, known, new Set(effects.map(({ service }) => service)));
      if (world.options['dry-run'] !== true && begun.length > 0)
        keepNewest(folderOfAlerts(world, begun), mostAlertFiles);
      // After the files: an attempt may take a minute, and alerts do not wait for it.
      const due = dueRestarts(configured, judged, tracks, moment);
      const restarted = due.length === 0 ? [] : await restartServices(world, due, moment);
      for (const one of restarted) if ('command' in one || one.isAlarming) tell(describeRestart(one));
      const tried = restarted.flatMap((one) => ('outcome' in one ? [one.service] : []));
      if (tried.length > 0) {
        known = knownAttempts(world, undefined);
        latest = await writeFiles(world, run, known, new Set(tried));
      }
      const attempts = restarted.map((one) => describeRestart(one));
      return {
        counts: { ...countsOf(latest), ...(known.isNeeded ? { restarts: tried.length } : {}) },
        problems: [...measured.problems, ...problemsOf(latest), ...logged.problems, ...known.problems, ...attempts],
        json: latest,
        text: renderServices(latest, [
          ...ended.map((alert) => describeEnd(alert)),
          ...effects.map((line) => describeEffect(line)),
          ...attempts,
        ]),
      };
    },
  });

function countsOf({ services, alerts }: Latest) {
  const states = Object.values(services).map(({ state }) => state);
  return {
    services: states.length,
    running: states.filter((state) => state === 'running').length,
    unknown: states.filter((state) => state === 'unknown').length,
    alerts: alerts.length,
  };
}

const problemsOf = ({ services, alerts }: Latest): string[] => [
  ...Object.entries(services).flatMap(([name, { state, reason = '' }]) =>
    state === 'unknown' ? [`${name} could not be measured: ${reason}`] : [],
  ),
  ...alerts.map(({ message }) => message),
];

interface Run {
  readonly measured: Measured;
  readonly judged: readonly Judged[];
  readonly stepped: Stepped;
}

/** Alerts of services in `changed` are written anew, other alerts only where their file is missing. */
async function writeFiles(
  world: WatchdogWorld,
  { measured, judged, stepped }: Run,
  { attempts, log_modified_ms, isNeeded }: Attempted,
  changed: ReadonlySet<string>,
): Promise<Latest> {
  const { services: configured } = world.config.watchdog;
  const { moment, services, states, network } = measured;
  const { tracks, ended } = stepped;
  const goingOn = Object.values(tracks).flatMap(({ alert, isBegun }) => (isBegun === 'yes' ? [alert] : []));
  const alerts = goingOn.map((alert) => withRestarts(alert, attempts));
  const latest: Latest = {
    schema_version: layoutVersion,
    at: moment.at.toISOString(),
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
    boot_id: moment.boot_id,
    uptime_seconds: moment.uptime,
    services: states,
    network: network.counters,
    tracks,
    ...(isNeeded ? { restarts: { log_modified_ms, attempts } } : {}),
  });
  // Where the state is lost with the runtime folder, the next run takes the alerts that go on from here, with the names of their files.
  await world.replace(latestServices, latest);
  for (const alert of alerts)
    if (changed.has(alert.service) || world.modifiedAt(alertFile(alert)) === undefined)
      await world.replace(alertFile(alert), alert);
  return latest;
}

const folderOfAlerts = ({ places, now }: WatchdogWorld, [alert]: readonly Alert[]): string =>
  alert
    ? alertFile(alert)
        .path(places, now())
        .replace(/\/[^/]*$/, '')
    : '';
