// watch-services --serve HOST:PORT: measures every 30 s in one process, and answers /metrics and /healthz, until a signal.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Arguments } from '../cli/arguments.ts';
import { exitCodes, textOption } from '../cli/command.ts';
import { reportRun } from '../cli/main.ts';
import { openSite } from '../cli/site.ts';
import { lockStage, noHost, type OpenHosts, runStage, type StageRun } from '../cli/stage.ts';
import type { Configuration } from '../config/schema.ts';
import { errorCode, Usage } from '../contract/errors.ts';
import type { Page, PageHandler } from '../contract/service.ts';
import type { Stage } from '../contract/stage.ts';
import { untilAborted } from '../core/abort.ts';
import { gaugesOf, renderExposition } from '../core/exposition.ts';
import { formatDuration } from '../core/quantity.ts';
import { reasonOf } from '../core/text.ts';
import { readUnlinked } from '../io/files.ts';
import { serve } from '../io/server.ts';
import { printError } from '../io/terminal.ts';
import { makeWorld } from '../io/world.ts';
import { watchdogTextfile } from '../watchdog/files.ts';

interface Serving {
  readonly stage: Stage<Configuration>;
  readonly openHosts: OpenHosts;
  /** From the start of one run to the start of the next. */
  readonly everyMs: number;
}

/** Longer than a run with the longest attempt to restart a service: beyond it, values are stale, and are left out. */
const freshSeconds = 120;
/** The lock is held for as long as the process lives. */
const longestMs = 10 * 366 * 86_400_000;

export async function serveWatchdog(
  { stage, openHosts, everyMs }: Serving,
  asked: Arguments,
  until: AbortSignal,
): Promise<number> {
  const { host, port } = addressOf(textOption(asked, 'serve') ?? '');
  if (asked.options['dry-run'] === true) throw new Usage('--serve writes its files: it cannot be a --dry-run');
  const { config, places } = await openSite(textOption(asked, 'config'));
  const lock = await lockStage({ name: stage.name, deadlineMs: longestMs }, places);
  const name = `${stage.name} --serve`;
  const { monotonicMs } = makeWorld({ config, places, openHost: noHost });
  let measured: { readonly text: string; readonly atMs: number } | undefined;
  let problem = 'the first measurement has not ended yet';
  /** Throws nothing: the next run may do better. */
  const measure = async (): Promise<void> => {
    // The lock is held already.
    const run = { config, places, openHosts, options: asked.options };
    const found = await runOnce({ ...stage, locksItself: true }, run).catch((error: unknown) => {
      printError(`${name}: ${reasonOf(error)}`);
      return { problem: reasonOf(error) };
    });
    problem = 'problem' in found ? found.problem : '';
    if ('text' in found) measured = { text: found.text, atMs: monotonicMs() };
  };
  try {
    const server = await serve({
      name,
      host,
      port,
      until,
      deadlineMs: 10_000,
      onProblem: (words) => printError(`${name}: ${words}`),
      answer: pagesOf(isLoopback(host), () => ({
        text: measured?.text ?? '',
        age: measured && (monotonicMs() - measured.atMs) / 1000,
        problem,
      })),
    }).catch((error: unknown) => {
      throw whyNotServed(error, host, port);
    });
    greet(name, host, server.port);
    // A run never begins before the one before has ended, if only at its deadline.
    for (;;) {
      const began = monotonicMs();
      await untilAborted(until, measure());
      await sleep(Math.max(0, began + everyMs - monotonicMs()), undefined, { signal: until });
    }
  } catch (error) {
    if (!until.aborted) throw error;
    return exitCodes.ok;
  } finally {
    lock.release();
  }
}

function greet(name: string, host: string, port: number): void {
  const shown = host.includes(':') ? `[${host}]` : host;
  printError(`${name}: http://${shown}:${port}/metrics and /healthz, until a signal`);
  if (!isLoopback(host))
    printError(
      `${name}: WARNING: ${shown} is not the loopback: whoever reaches it reads what the services use, without a password`,
    );
}

/** The textfile that one run wrote, or why the run failed. */
async function runOnce(stage: Stage<Configuration>, run: StageRun): Promise<{ text: string } | { problem: string }> {
  const ended = await runStage(stage, run);
  await reportRun(ended);
  if (!ended.outcome) return { problem: ended.record.problems.at(-1) ?? 'failed without a reason' };
  // Others may write to the folder of the textfiles: a link there may lead to a file that is not meant to be shown.
  return { text: readUnlinked(watchdogTextfile.path(run.places, new Date())) ?? '' };
}

/** An address, and not a name of another machine: what is opened should be what was read. */
function addressOf(text: string): { host: string; port: number } {
  const [, bracketed, plain, digits = ''] = /^(?:\[([\da-f:.]+)\]|([\d.]+|localhost)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(digits) > 65_535)
    throw new Usage(`--serve ${JSON.stringify(text)} is not ADDRESS:PORT, such as 127.0.0.1:9100 or [::1]:9100`);
  return { host: host === 'localhost' ? '127.0.0.1' : host, port: Number(digits) };
}

const isLoopback = (host: string): boolean => host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

function whyNotServed(error: unknown, host: string, port: number): Error {
  const code = error instanceof Error ? errorCode(error) : undefined;
  const where = `${host}:${port}`;
  const advice: Readonly<Record<string, string>> = {
    EADDRINUSE: `${where} is in use${port === 9100 ? ', perhaps by node-exporter, whose port 9100 is: it serves watchdog.prom already, if it reads that folder;' : ':'} choose another port`,
    EACCES: `this user may not listen on ${where}: choose a port from 1024 on`,
    EADDRNOTAVAIL: `this machine has no address ${host}`,
  };
  const words = code === undefined ? undefined : advice[code];
  return new Error(words ?? reasonOf(error), { cause: error });
}

interface Measured {
  readonly text: string;
  /** Undefined before the first measurement. */
  readonly age: number | undefined;
  /** Why the last run failed; else empty. */
  readonly problem: string;
}

/** A name that an attacker pointed at 127.0.0.1 would make every page in the browser able to read this. */
const ownNames = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/;

export const pagesOf =
  (isLocal: boolean, measured: () => Measured): PageHandler =>
  ({ host, path }) => {
    if (isLocal && !ownNames.test(host)) return plain(421, 'this server answers to 127.0.0.1 and localhost only');
    const { text, age, problem } = measured();
    const isFresh = age !== undefined && age <= freshSeconds;
    switch (path) {
      case '/metrics':
        return age === undefined ? plain(503, problem) : metrics(isFresh ? text : '', age);
      case '/healthz': {
        const since = age === undefined ? 'nothing is measured yet' : `measured ${formatDuration(age)} ago`;
        const words = problem === '' ? since : `${since}; the last run failed: ${problem}`;
        return plain(isFresh ? 200 : 503, words);
      }
      default:
        return plain(404, 'there are only /metrics and /healthz');
    }
  };

// Compressing takes a thread of the pool, and reads that hang may have taken all of them: so nothing is compressed.
const headers = { 'cache-control': 'no-store, no-transform' };

const plain = (status: number, words: string): Page => ({
  status,
  type: 'text/plain; charset=utf-8',
  body: `${words}\n`,
  headers,
});

const metrics = (text: string, age: number): Page => {
  const own = gaugesOf('ops_watchdog')('measurement_age_seconds', 'Time since the last measurement ended.', [
    { value: age },
  ]);
  return {
    status: 200,
    type: 'text/plain; version=0.0.4; charset=utf-8',
    body: text + renderExposition([own]),
    headers,
  };
};
