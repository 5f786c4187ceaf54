// A Host for another machine over ssh: one connection for a whole cycle, through which every command goes. It runs only
// POSIX tools and GNU find there, and writes nothing.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { NotInstalled } from '../contract/errors.ts';
import type { Completed, Host, RunOptions } from '../contract/host.ts';
import { untilAborted } from '../core/abort.ts';
import { maskUrls } from '../core/urls.ts';
import { formatLimit } from '../core/quantity.ts';
import { lanes } from '../core/lanes.ts';
import { shellQuote } from '../core/harmless.ts';
import { fingerprint } from '../core/text.ts';
import { type Attempt, parseAttempts, sshReason } from '../parse/remote.ts';
import { endOnLeaving } from './leave.ts';
import { readsByScript } from './path-scripts.ts';
import { readByProgram, stillHangs } from './process.ts';
import { runProgram } from './program.ts';
import { pickVariables } from './variables.ts';

/** Variables by which ssh finds its configuration, keys, agent and Kerberos ticket. */
export const namesForSsh = ['HOME', 'USER', 'LOGNAME', 'SSH_AUTH_SOCK', 'KRB5CCNAME', 'XDG_RUNTIME_DIR'];

/** Options of every connection: whatever the ssh_config says, ssh asks no questions, forwards nothing, runs no LocalCommand
 * here and no command but ours there, prints errors but no banner, and notices within seconds that a connection is lost. */
export const safeOptions = (connectSeconds: number): readonly string[] => [
  'BatchMode=yes',
  `ConnectTimeout=${Math.max(1, Math.floor(connectSeconds))}`,
  'ServerAliveInterval=5',
  'ServerAliveCountMax=2',
  'ForwardAgent=no',
  'ForwardX11=no',
  'ClearAllForwardings=yes',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
  'LogLevel=ERROR',
];

export interface SshSettings {
  readonly name: string;
  /** `user@name`, or a Host entry of ssh_config. */
  readonly target: string;
  readonly configFile: string | undefined;
  /** Timeout for the connection to come up. */
  readonly connectMs: number;
  readonly runtime: string;
  /** The monitor's state folder: it tells apart two monitors that log in to one machine as the same user. */
  readonly state: string;
}

/** Returns a function that opens the machine; all Hosts that it opens share one connection, for one cycle. */
export function sshHostOpener(settings: SshSettings): (signal: AbortSignal) => Host {
  /** Path of the control socket. */
  let connection: Promise<string> | undefined;
  let earlier: Promise<ReadonlyMap<string, Attempt>> | undefined;
  // sshd's MaxSessions is 10 by default; the connection itself takes one, and the listing of earlier attempts another.
  const sessionLane = lanes(8);
  // On a dead mount all named commands hang until their deadline: two sessions stay free for the other commands.
  const namedLane = lanes(6);
  const attemptOf = async (work: string): Promise<Attempt | undefined> => {
    const socket = await (connection ??= connect(settings));
    return (await (earlier ??= earlierAttempts(settings, socket))).get(encodeURIComponent(work));
  };
  return (signal) => {
    const { name } = settings;
    const command: Host['run'] = async (argv, options = {}) => {
      const socket = await (connection ??= connect(settings));
      const attempt = options.alone === undefined ? undefined : await attemptOf(options.alone);
      if (attempt) throw stillHangs(`process ${attempt.pid} on ${name}`, attempt.since);
      // The connection holds the output open until the command there has ended, which may be never.
      return sessionLane(() => untilAborted(signal, runThere(settings, { socket, signal, argv, ...options })));
    };
    return {
      name,
      signal,
      ...readsByScript({ run: command, machine: name, encoding: 'hex' }),
      run: (argv, options = {}) =>
        options.alone === undefined ? command(argv, options) : namedLane(() => command(argv, options)),
      hangs: async (alone) => (await attemptOf(alone)) !== undefined,
      get: async (url) => {
        throw new Error(`${maskUrls(url)} is asked from this machine, not from ${name}`);
      },
    };
  };
}

interface Work extends RunOptions {
  readonly socket: string;
  readonly signal: AbortSignal;
  readonly argv: readonly string[];
}

function sshCommand(socket: string, options: readonly string[], target: string, command: string, configFile?: string) {
  const all = options.flatMap((option) => ['-o', option]);
  if (configFile !== undefined) all.push('-F', configFile);
  return ['ssh', ...all, '-S', socket, '-T', '--', target, command];
}

/** Runs a command there through the open connection. Output of the login shell's profile is cut off at a mark. */
async function runThere(settings: SshSettings, { socket, signal, argv, alone, onOutput }: Work): Promise<Completed> {
  const { name, target } = settings;
  const mark = `ops-monitor-${randomUUID()}`;
  const prologue = [
    // An account may be unable to read its own home, and find complains about an unreadable working directory.
    'cd /',
    `echo ${mark}`,
    ...(alone === undefined
      ? []
      : [`export ${environmentNote(settings)}" $$ ${new Date().toISOString()} ${encodeURIComponent(alone)}"`]),
    'exec "$@"',
  ].join('; ');
  // In the command, because sshd takes only variables that its AcceptEnv names.
  const traceParent = process.env['TRACEPARENT'];
  const variables = ['LC_ALL=C', 'TZ=UTC', ...(traceParent ? [`TRACEPARENT=${traceParent}`] : [])];
  const words = ['env', ...variables, 'sh', '-c', killWhenInputEnds, 'sh', 'sh', '-c', prologue, 'sh', ...argv];
  // Never opens a second connection: if the first is lost, the command fails.
  const options = ['ControlMaster=no', 'ProxyCommand=false'];
  const begun = cutAtMark(`${mark}\n`);
  const done = await readByProgram(sshCommand(socket, options, target, words.map(shellQuote).join(' ')), {
    signal,
    lifeline: true,
    env: pickVariables(namesForSsh),
    onOutput: onOutput && ((text, stream) => onOutput(stream === 'stdout' ? begun.cut(text) : text, stream)),
  });
  // Where output is passed on as it arrives, stdout is empty here.
  const stdout = onOutput ? '' : begun.cut(done.stdout);
  if (!begun.isFound()) throw new Error(`${name} did not run the command: ${sshReason(done.stderr)}`);
  // sh itself exits with 127 for a program that does not exist and 126 for one that may not be run. If a folder of the
  // PATH is unreadable, it exits with 126 also for a program that does not exist.
  if (done.exit_code === 127) throw new NotInstalled(`${argv[0]} is not installed on ${name}`);
  if (done.exit_code === 126) throw new Error(`${argv[0]} is not installed on ${name}, or may not be run there`);
  return { ...done, stdout };
}

/** Cuts off everything up to the mark, from text that arrives in pieces. */
function cutAtMark(mark: string): { cut: (text: string) => string; isFound: () => boolean } {
  let before: string | undefined = '';
  return {
    cut: (text) => {
      if (before === undefined) return text;
      const all = before + text;
      const start = all.indexOf(mark);
      before = start < 0 ? all.slice(-mark.length) : undefined;
      return start < 0 ? '' : all.slice(start + mark.length);
    },
    isFound: () => before === undefined,
  };
}

/** A script that runs its arguments and kills them when its input ends: sshd itself only closes their input and output,
 * which a hanging process does not notice. The input ends with this process, with an abort and with a lost connection.
 * Where the script never receives the first line of input (because a ForceCommand reads it), nothing is killed. */
const killWhenInputEnds = [
  'exec 3<&0',
  '"$@" 3<&- & work=$!',
  // The kernel lists the children of the work: a script that is killed leaves its program running otherwise. This shell is
  // killed first, because it kills the watch as soon as the work has ended.
  '{ read -r line && { read -r line; read -r programs <"/proc/$work/task/$work/children"; ' +
    'kill -9 $$ "$work" $programs; }; } <&3 >/dev/null 2>&1 & watch=$!',
  // stderr is discarded from here on: the shell's messages about a killed or ended child are not output of the command.
  'exec 3<&- 2>/dev/null',
  'wait "$work"',
  'code=$?',
  'kill -9 "$watch"',
  'exit "$code"',
].join('; ');

/** The environment variable by which a command of this monitor is recognised there, without a file. */
const environmentNote = ({ name, state }: SshSettings): string =>
  `OPS_MONITOR_ALONE=${fingerprint([hostname(), state, name].join(' '))}`;

/** Lists the commands of earlier connections that still run there: unkillable ones, and those whose lost connection sshd
 * has not noticed yet. A child inherits the note but does not count, hence the test for the process named in the note. */
async function earlierAttempts(settings: SshSettings, socket: string): Promise<ReadonlyMap<string, Attempt>> {
  const script =
    'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\000" "\\012" | sed -n "s/^$1 //p" | ' +
    'while read -r pid note; do if [ -e "/proc/$pid" ]; then echo "$pid $note"; fi; done';
  const argv = ['sh', '-c', script, 'sh', environmentNote(settings)];
  // A signal that never aborts: all callers share this listing, and each waits for it until its own deadline.
  const { signal } = new AbortController();
  const { stdout } = await runThere(settings, { socket, signal, argv });
  return parseAttempts(stdout);
}

/** Opens the one connection and returns its control socket. The ssh process is a child of this process, and ends with it. */
async function connect({ name, target, configFile, connectMs, runtime }: SshSettings): Promise<string> {
  const { socket, temporary } = socketPath(runtime);
  // Shorter than connectMs, so that ssh itself times out first and gives the reason.
  const seconds = connectMs / 1000 - 1;
  const options = [...safeOptions(seconds), 'StrictHostKeyChecking=yes', 'ControlMaster=yes', 'ControlPersist=no'];
  const stop = new AbortController();
  const master = runProgram({
    argv: sshCommand(socket, options, target, 'exec cat >/dev/null', configFile),
    variables: pickVariables(namesForSsh),
    // The input is kept open and never written: when this process ends in any way, so do the input and the connection.
    input: '',
    keepsInputOpen: true,
    signal: stop.signal,
    output: { most: 64 * 1024, beyond: 'cut' },
  });
  const removeSocket = (): void => rmSync(temporary ?? socket, { force: true, recursive: true });
  const forgetMaster = endOnLeaving(removeSocket);
  const masterEnded = async (): Promise<never> => {
    const { ending, stderr } = await master;
    forgetMaster();
    removeSocket();
    if (ending.by === 'start' && ending.code === 'ENOENT')
      throw new Error('ssh is not installed here (package openssh-client)');
    throw new Error(
      `${name} cannot be reached: ${sshReason(stderr || (ending.by === 'start' ? ending.cause.message : ''))}`,
    );
  };
  const socketReady = async (): Promise<string> => {
    const began = performance.now();
    while (performance.now() - began < connectMs) {
      if (existsSync(socket)) return socket;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    stop.abort();
    throw new Error(`${name} cannot be reached: no connection within ${formatLimit(connectMs / 1000)}`);
  };
  // allSettled handles the rejection of the promise that loses the race, which would otherwise be unhandled.
  const outcomes = [socketReady(), masterEnded()];
  void Promise.allSettled(outcomes);
  return Promise.race(outcomes);
}

/** The path of a Unix socket may have 107 characters; while creating it, ssh appends 17. */
function socketPath(runtime: string): { socket: string; temporary?: string } {
  const folder = join(runtime, 'ssh');
  const path = join(folder, randomUUID().slice(0, 8));
  if (path.length > 85) {
    const temporary = mkdtempSync(join(tmpdir(), 'ops-'));
    return { socket: join(temporary, 's'), temporary };
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return { socket: path };
}
