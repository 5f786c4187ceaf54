// Asks once whether something answers: whether a component of a boot is ready, whether a connector of a rehearsal is healthy.
import { TimedOut } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import type { Variables } from '../contract/program.ts';
import type { RunTask } from '../contract/task.ts';
import { untilAborted } from '../core/abort.ts';
import { formatLimit } from '../core/quantity.ts';
import { firstLine, reasonOf } from '../core/text.ts';
import { maskUrls } from '../core/urls.ts';
import { failureWords } from './ending.ts';

/** The thing that is asked for an answer: exactly one key is given. */
export interface Target {
  /** Answers with exit code 0. */
  readonly command?: readonly string[] | undefined;
  /** A URL; `$NAME` in its query is a secret. */
  readonly http?: string | undefined;
  /** A host and a port that accept a connection. */
  readonly tcp?: string | undefined;
  /** A host and a port that complete a TLS handshake with a valid certificate. */
  readonly tls?: string | undefined;
  /** A command on another machine that answers with exit code 0. */
  readonly ssh?: { readonly host: string; readonly command: readonly string[] } | undefined;
  /** A unit of systemd that is active. */
  readonly unit?: string | undefined;
}

export interface AskTools {
  readonly runTask: RunTask;
  readonly openHost: (name: string, signal: AbortSignal) => Host;
  /** Why no connection to the host and port of the URL succeeds; for https, with a TLS handshake. */
  readonly whyUnreachable: (url: string, seconds: number) => Promise<string | undefined>;
}

interface Request {
  /** Time limit. */
  readonly seconds: number;
  /** Path of the file that gets the output of `command`. */
  readonly log: string;
  /** Variables of `command`. */
  readonly variables?: Variables | undefined;
  /** Secrets among the variables. */
  readonly secrets?: readonly string[] | undefined;
  /** With this, a redirect or a bad certificate counts as no answer to `http`. */
  readonly isStrict?: true | undefined;
}

/** Asks once. Returns why there is no good answer; undefined where there is one. */
export async function whyNoAnswer(target: Target, request: Request, tools: AskTools): Promise<string | undefined> {
  const { command, http, tcp, tls, ssh, unit } = target;
  const { seconds, isStrict, ...more } = request;
  const { runTask, openHost, whyUnreachable } = tools;
  try {
    if (command) {
      const { ending } = await runTask({ argv: command, seconds, ...more });
      const failure = failureWords(ending, command[0] ?? '', seconds);
      return failure && `its command: ${failure}`;
    }
    if (http !== undefined) {
      const problem = await whyNoHttp(http, { seconds, isStrict }, openHost);
      return problem && `${maskUrls(http)}: ${problem}`;
    }
    if (tcp !== undefined) {
      const problem = await whyUnreachable(`http://${tcp}`, seconds);
      return problem && `${tcp}: ${problem}`;
    }
    if (tls !== undefined) {
      const problem = await whyUnreachable(`https://${tls}`, seconds);
      return problem && `${tls}: ${problem}`;
    }
    if (ssh) {
      const { exit_code, stdout, stderr } = await runOn(openHost, ssh.host, ssh.command, seconds);
      const said = firstLine(stderr) || firstLine(stdout);
      return exit_code === 0 ? undefined : `its command: exit code ${exit_code}${said === '' ? '' : `: ${said}`}`;
    }
    if (unit !== undefined) {
      const argv = ['systemctl', 'is-active', '--', unit];
      const { exit_code, stdout, stderr } = await runOn(openHost, 'local', argv, seconds);
      return exit_code === 0 ? undefined : `${unit} is ${firstLine(stdout) || `unknown: ${firstLine(stderr)}`}`;
    }
    return 'nothing to ask is configured';
  } catch (error) {
    return reasonOf(error);
  }
}

async function whyNoHttp(
  url: string,
  { seconds, isStrict }: Pick<Request, 'seconds' | 'isStrict'>,
  openHost: AskTools['openHost'],
): Promise<string | undefined> {
  const timeoutMs = Math.ceil(seconds * 1000);
  // With a grace period: the request's own deadline says more than the end of the reading does.
  const host = openHost('local', AbortSignal.timeout(timeoutMs + 1000));
  const { status, error, certificate_problem } = await host.get(url, { timeoutMs });
  if (status === undefined) return error ?? 'no answer';
  const isGood = status >= 200 && status < (isStrict ? 300 : 400);
  if (!isGood) return `it answers with ${status}`;
  return isStrict && certificate_problem !== undefined
    ? `its certificate is refused: ${certificate_problem}`
    : undefined;
}

async function runOn(openHost: AskTools['openHost'], name: string, argv: readonly string[], seconds: number) {
  const signal = AbortSignal.timeout(Math.ceil(seconds * 1000));
  const run = untilAborted(signal, openHost(name, signal).run(argv));
  return run.catch((error: unknown) => {
    throw signal.aborted ? new TimedOut(`no answer within ${formatLimit(seconds)}`) : error;
  });
}
