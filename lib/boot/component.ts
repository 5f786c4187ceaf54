// Starts one component: attempts under a deadline, pauses between them, until it is ready or given up.
import { setTimeout as sleep } from 'node:timers/promises';
import { oneLine } from '../core/harmless.ts';
import { join } from '../core/path.ts';
import { formatLimit, milli } from '../core/quantity.ts';
import { reasonOf } from '../core/text.ts';
import { type AskTools, whyNoAnswer } from '../engine/answer.ts';
import { failureWords } from '../engine/ending.ts';
import { backOffSeconds } from './back-off.ts';
import type { Component } from './config.ts';
import type { Attempt, ComponentResult } from './files.ts';

export interface StartTools extends AskTools {
  /** Seconds since the boot began. */
  readonly elapsed: () => number;
  /** Folder of the output of the commands. */
  readonly folder: string;
  /** Receives each line that a start command prints. */
  readonly onLine: (name: string, line: string) => void;
}

export async function startComponent(name: string, component: Component, tools: StartTools): Promise<ComponentResult> {
  const { retries, 'back-off': firstPause } = component;
  const attempts: Attempt[] = [];
  const firstBegan = tools.elapsed();
  for (;;) {
    const began = tools.elapsed();
    const failure = await attemptStart(name, component, attempts.length + 1, tools).catch(reasonOf);
    const reason = failure === undefined ? undefined : oneLine(failure);
    attempts.push({
      began_seconds: milli(began),
      seconds: milli(tools.elapsed() - began),
      ...(reason === undefined ? {} : { reason }),
    });
    if (reason === undefined || attempts.length > retries) {
      return {
        name,
        outcome: reason === undefined ? 'ready' : 'failed',
        began_seconds: milli(firstBegan),
        seconds: milli(tools.elapsed() - firstBegan),
        ...(reason === undefined ? {} : { reason }),
        attempts,
      };
    }
    await sleep(backOffSeconds(firstPause, attempts.length) * 1000);
  }
}

/** One readiness check that hangs must not use up the whole attempt. */
const longestCheckSeconds = 10;
const longestPauseSeconds = 2;

/** Why the attempt failed; undefined where the component is ready. */
async function attemptStart(
  name: string,
  { start, ready, timeout }: Component,
  attempt: number,
  tools: StartTools,
): Promise<string | undefined> {
  const { elapsed, folder, runTask, onLine } = tools;
  const end = elapsed() + timeout;
  // No two logs have one name: the component's name may contain dots, the number of the attempt is the last word.
  const log = join(folder, `${name}.${attempt}.log`);
  if (start) {
    const { ending } = await runTask({
      argv: start,
      seconds: timeout,
      log,
      onLine: (line) => onLine(name, line),
      leavesProcesses: true,
    });
    const failure = failureWords(ending, start[0] ?? '', timeout);
    if (failure !== undefined) return `its start command: ${failure}`;
  }
  if (!ready) return undefined;
  for (let checks = 0; ; checks++) {
    const seconds = Math.min(longestCheckSeconds, Math.max(0.5, end - elapsed()));
    const problem = await whyNoAnswer(ready, { seconds, log: join(folder, `${name}.${attempt}.ready.log`) }, tools);
    if (problem === undefined) return undefined;
    const left = end - elapsed();
    if (left <= 0) return `not ready within ${formatLimit(timeout)}: ${problem}`;
    // Never longer than the time that is left, so that the last check is made at the limit.
    await sleep(Math.min(left, longestPauseSeconds, 0.1 * 1.5 ** checks) * 1000);
  }
}
