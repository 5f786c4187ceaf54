// Whom the alerts are told. Each handler has a queue of its own, so that one that throws, hangs or is slow delays no other.
import { type OnProblem, reasonOf } from '../problem.ts';
import type { Alert, AlertEvent } from './alert.ts';

export type HandleAlert = (event: AlertEvent) => void | Promise<void>;

export interface NamedAlertHandler {
  /** For messages: `webhook to chat.example.org`. */
  readonly name: string;
  readonly handle: HandleAlert;
  /** Called once, with a function that gives the alerts that are active. */
  start?(active: () => readonly Alert[], onProblem: OnProblem): void;
  /** Delivers what waits, within so many seconds, and ends. */
  stop?(seconds: number): Promise<void>;
}

export type AlertHandler = HandleAlert | NamedAlertHandler;

export interface Queue {
  add(event: AlertEvent): void;
  /** Resolves when all is handled, or after so many seconds. */
  stop(seconds: number): Promise<void>;
}

const secondsPerEvent = 10;
const mostWaiting = 1000;

export function queueOf(given: AlertHandler, active: () => readonly Alert[], onProblem: OnProblem): Queue {
  const handler: NamedAlertHandler =
    typeof given === 'function' ? { name: given.name || 'a function without a name', handle: given } : given;
  const tell = (problem: string): void => onProblem(`alert handler ${handler.name}: ${problem}`);
  const waiting: AlertEvent[] = [];
  let isBusy = false;
  let idle = Promise.withResolvers<void>();
  handler.start?.(active, tell);

  const work = async (): Promise<void> => {
    isBusy = true;
    for (let event = waiting.shift(); event; event = waiting.shift())
      try {
        await within(secondsPerEvent, async () => handler.handle(event), 'in the background');
      } catch (error) {
        tell(`${event.kind} ${event.alert.name}: ${reasonOf(error)}`);
      }
    isBusy = false;
    idle.resolve();
  };

  return {
    add: (event) => {
      if (waiting.length >= mostWaiting) {
        const lost = waiting.shift();
        tell(`it is too slow: ${mostWaiting} events wait, and the oldest (${lost?.alert.name}) is left out`);
      }
      waiting.push(event);
      if (isBusy) return;
      idle = Promise.withResolvers();
      void work();
    },
    stop: async (seconds) => {
      try {
        await within(seconds, async () => {
          if (isBusy) await idle.promise;
          await handler.stop?.(seconds);
        });
      } catch (error) {
        const left = waiting.splice(0).length;
        tell(`at the end: ${reasonOf(error)}${left === 0 ? '' : `; ${left} events are lost`}`);
      }
    },
  };
}

/** A promise cannot be stopped: what is late is left behind. In the background it does not keep the process alive. */
async function within(seconds: number, work: () => Promise<void>, where?: 'in the background'): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`it took more than ${seconds} s`)), seconds * 1000);
  if (where) timer.unref();
  try {
    await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
