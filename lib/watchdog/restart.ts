// The ability to restart services. Only watch-services gets it handed in, and no other bundle contains this file.
import type { Places } from '../contract/file.ts';
import type { World } from '../contract/stage.ts';
import type { RunTask } from '../contract/task.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';
import { failureWords } from '../engine/ending.ts';
import {
  attemptsIn,
  type Due,
  lineOf,
  type Moment,
  readRestartLog,
  recentOf,
  type Restarted,
  type RestartServices,
  whyNotNow,
} from './attempts.ts';
import type { WatchdogConfig } from './config.ts';
import { restartLog } from './files.ts';

interface Tools {
  readonly runTask: RunTask;
  /** Two runs at once must not both restart a service. */
  readonly lock: (places: Places) => Promise<{ release(): void }>;
}

type WatchdogWorld = World<WatchdogConfig>;

export const restartServices =
  ({ runTask, lock }: Tools): RestartServices =>
  async (world, due, now) => {
    const isDryRun = world.options['dry-run'] === true;
    const refused = (error: unknown, { service }: Due): Restarted => ({
      service,
      why: reasonOf(error),
      isAlarming: true,
    });
    let held;
    try {
      held = isDryRun ? undefined : await lock(world.places);
      const allowed = whichMayBe(world, due, now);
      return await Promise.all(
        allowed.map(async (one) => {
          if (!('alerts' in one)) return one;
          return isDryRun
            ? plan(one)
            : attempt(world, one, now, runTask).catch((error: unknown) => refused(error, one));
        }),
      );
    } catch (error) {
      return due.map((one) => refused(error, one));
    } finally {
      held?.release();
    }
  };

/** Decides by the log as it is now, under the lock. Throws where any line cannot be read: it may be an attempt. */
function whichMayBe(world: WatchdogWorld, due: readonly Due[], now: Moment): (Due | Restarted)[] {
  const attempts = attemptsIn(readRestartLog(world));
  return due.map((one) => {
    const why = whyNotNow(recentOf(attempts, one.service), one.config.restart, now);
    return why === undefined ? one : { service: one.service, why };
  });
}

const argvOf = ({ config }: Due): readonly string[] => {
  const { with: way } = config.restart;
  return way === 'systemctl' ? ['systemctl', '--no-ask-password', 'restart', '--', config.unit ?? ''] : way;
};

const plan = (due: Due) => ({
  service: due.service,
  command: argvOf(due).join(' '),
  because: due.alerts.map(({ message }) => message).join('; '),
});

async function attempt(world: WatchdogWorld, due: Due, now: Moment, runTask: RunTask): Promise<Restarted> {
  const { service, config, alerts } = due;
  const argv = argvOf(due);
  const named = { service, measures: alerts.map(({ measure }) => measure) };
  // On the disk before the attempt: an attempt that a kill interrupts counts.
  await world.append(restartLog, lineOf('tries', world.runId, named, now));
  const began = world.monotonicMs();
  const result = await runTask({
    argv,
    seconds: config.restart.timeout,
    log: join(world.places.monitoring, 'watchdog', 'restarts', `${service}.log`),
    // The service that the command starts goes on.
    leavesProcesses: true,
  }).then(
    ({ ending, lastLines }) => {
      const words = failureWords(ending, argv[0] ?? '', config.restart.timeout);
      if (words === undefined) return { outcome: 'succeeded' as const };
      const outcome = ending.by === 'deadline' ? ('timed-out' as const) : ('failed' as const);
      // systemctl prints its reason before a line of advice.
      const printed = lastLines.slice(-3).join('; ');
      return { outcome, reason: printed === '' ? words : `${words}: ${printed}` };
    },
    (error: unknown) => ({ outcome: 'failed' as const, reason: reasonOf(error) }),
  );
  const seconds = Math.round(world.monotonicMs() - began) / 1000;
  const then = { ...now, at: world.now(), uptime: now.uptime + seconds };
  await world.append(restartLog, lineOf('ended', world.runId, named, then, { ...result, seconds }));
  return { ...plan(due), ...result };
}
