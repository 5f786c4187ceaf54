// Asks once whether a component is ready.
import type { Host } from '../contract/host.ts';
import type { RunTask } from '../contract/task.ts';
import { maskUrls } from '../core/urls.ts';
import { firstLine, reasonOf } from '../core/text.ts';
import { failureWords } from '../engine/ending.ts';
import type { Component } from './config.ts';

export interface ReadyTools {
  readonly runTask: RunTask;
  readonly openHost: (name: string, signal: AbortSignal) => Host;
  /** Why no connection to the host and port of the URL succeeds. */
  readonly whyUnreachable: (url: string, seconds: number) => Promise<string | undefined>;
}

/** Why the component is not ready; undefined where it is. `log` gets the output of a readiness command. */
export async function whyNotReady(
  ready: NonNullable<Component['ready']>,
  { runTask, openHost, whyUnreachable }: ReadyTools,
  seconds: number,
  log: string,
): Promise<string | undefined> {
  const timeoutMs = Math.ceil(seconds * 1000);
  const host = (graceMs = 0): Host => openHost('local', AbortSignal.timeout(timeoutMs + graceMs));
  try {
    const { command, http, tcp, unit } = ready;
    if (command) {
      const { ending } = await runTask({ argv: command, seconds, log });
      const failure = failureWords(ending, command[0] ?? '', seconds);
      return failure && `its readiness command: ${failure}`;
    }
    if (http !== undefined) {
      // With a grace period: the request's own deadline says more than the end of the reading does.
      const { status, error } = await host(1000).get(http, { timeoutMs });
      if (status !== undefined && status >= 200 && status < 400) return undefined;
      return `${maskUrls(http)}: ${status === undefined ? (error ?? 'no answer') : `it answers with ${status}`}`;
    }
    if (tcp !== undefined) {
      const problem = await whyUnreachable(`http://${tcp}`, seconds);
      return problem && `${tcp}: ${problem}`;
    }
    if (unit !== undefined) {
      const { exit_code, stdout, stderr } = await host().run(['systemctl', 'is-active', '--', unit]);
      return exit_code === 0 ? undefined : `${unit} is ${firstLine(stdout) || `unknown: ${firstLine(stderr)}`}`;
    }
    return 'no way to see it is configured';
  } catch (error) {
    return reasonOf(error);
  }
}
