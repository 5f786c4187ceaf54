// Another machine over ssh, as a Host: one connection for a whole cycle, through which every command goes. It runs only
// POSIX tools and GNU find there, and writes nothing.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Completed, Host } from '../contract/host.ts';
import { untilAborted } from '../core/abort.ts';
import { formatDuration } from '../core/quantity.ts';
import { lanes } from '../core/lanes.ts';
import { shellQuote } from '../core/harmless.ts';
import { fingerprint, firstLine } from '../core/text.ts';
import { type Attempt, isForeignFind, parseAttempts, parseDf, parseFindStat, sshReason } from '../parse/remote.ts';
import { endOnLeaving } from './leave.ts';
import { runProgram, stillHangs } from './process.ts';

export interface SshSettings {
  readonly name: string;
  /** `user@name`, or a Host of ssh_config. */
  readonly target: string;
  readonly configFile: string | undefined;
  /** For the connection to come up. */
  readonly connectMs: number;
  readonly runtime: string;
  /** Whose monitor this is: two of them may look at one machine as the same user. */
  readonly state: string;
}

interface Connection {
  readonly socket: string;
}

/** Opens that machine for one cycle. */
export function sshHostOpener(settings: SshSettings): (signal: AbortSignal) => Host {
  let connection: Promise<Connection> | undefined;
  let earlier: Promise<ReadonlyMap<string, Attempt>> | undefined;
  // sshd's MaxSessions is 10 unless somebody raised it; the connection itself is one, and the look at what hangs.
  const lane = lanes(8);
  // On a dead mount all of them hang, as long as they may: two lanes are for what is asked besides.
  const search = lanes(6);
  const command = async (signal: AbortSignal, argv: readonly string[], work?: string): Promise<Completed> => {
    const { socket } = await (connection ??= connect(settings));
    if (work !== undefined) {
      const attempt = (await (earlier ??= earlierAttempts(settings, socket))).get(encodeURIComponent(work));
      if (attempt) throw stillHangs(`process ${attempt.pid} on ${settings.name}`, attempt.since);
    }
    // The connection holds the output open until the work there has ended, which may be never.
    return lane(() => untilAborted(signal, runThere(settings, { socket, signal, argv, work })));
  };
  return (signal) => openHost(settings.name, signal, search, (argv, work) => command(signal, argv, work));
}

/** `work` names what may hang there: while an earlier attempt at it lives, no second one is started. */
type Command = (argv: readonly string[], work?: string) => Promise<Completed>;

function openHost(name: string, signal: AbortSignal, search: ReturnType<typeof lanes>, command: Command): Host {
  /** A POSIX script over one path. Exit 44: there is no such path; 45: there is, and it is not what was expected. */
  const script = async (what: string, path: string, text: string): Promise<string> => {
    const argv = ['sh', '-c', `[ -e "$1" ] || [ -L "$1" ] || exit 44; ${text}`, 'sh', path];
    const { exit_code, stdout, stderr } = await command(argv, `${what} ${path}`);
    if (exit_code === 0) return stdout;
    if (exit_code === 44)
      throw Object.assign(new Error(`ENOENT: no such file or directory, ${what} '${path}' on ${name}`), {
        code: 'ENOENT',
      });
    if (exit_code === 45) throw new Error(`${path} on ${name} is not a regular file`);
    if (isForeignFind(stderr)) throw new Error(`${name} has no GNU find: ${firstLine(stderr)}`);
    throw new Error(`${what} of ${path} on ${name} failed: ${firstLine(stderr) || `exit ${exit_code}`}`);
  };
  return {
    name,
    signal,
    // A FIFO would hold a process there long after we have gone.
    readText: (path) => script('reading', path, '[ -f "$1" ] || exit 45; exec cat -- "$1"'),
    readBytes: async (path, range) => {
      // As text, because that is what comes through a login shell and our own reading of it unharmed.
      const part = range ? `-j ${range.start} -N ${range.length}` : '';
      const text = await script('reading', path, `[ -f "$1" ] || exit 45; exec od -An -v -tx1 ${part} -- "$1"`);
      return Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
    },
    list: async (path) => {
      const names = await script('listing', path, `exec find "$1" -mindepth 1 -maxdepth 1 -printf '%f\\0'`);
      return names.split('\0').filter((entry) => entry !== '');
    },
    stat: async (path) =>
      parseFindStat(await script('stat', path, `exec find "$1" -maxdepth 0 -printf '%y\\t%s\\t%T@\\t%l'`)),
    statfs: async (path) => parseDf(await script('usage', path, 'exec df -kP -- "$1"')),
    realpath: async (path) => (await script('resolving', path, 'cd -- "$1" && pwd -P')).replace(/\n$/, ''),
    run: (argv, { alone } = {}) => (alone === undefined ? command(argv) : search(() => command(argv, alone))),
    get: async (url) => {
      throw new Error(`${url} is asked from this machine, not from ${name}`);
    },
  };
}

interface Work {
  readonly socket: string;
  readonly signal: AbortSignal;
  readonly argv: readonly string[];
  readonly work?: string | undefined;
}

/** A command there, through the connection that is up. What the login shell's profile prints is cut off by a mark. */
async function runThere(settings: SshSettings, { socket, signal, argv, work }: Work): Promise<Completed> {
  const { name, target } = settings;
  const mark = `ops-monitor-${randomUUID()}`;
  const begins = [
    // From the root: an account may be unable to read its own home, and find complains of where it stands.
    'cd /',
    `echo ${mark}`,
    ...(work === undefined
      ? []
      : [`export ${noteOf(settings)}" $$ ${new Date().toISOString()} ${encodeURIComponent(work)}"`]),
    'exec "$@"',
  ].join('; ');
  const words = ['env', 'LC_ALL=C', 'TZ=UTC', 'sh', '-c', endsWithUs, 'sh', 'sh', '-c', begins, 'sh', ...argv];
  const done = await runProgram(
    [
      'ssh',
      '-T',
      '-S',
      socket,
      '-o',
      'ControlMaster=no',
      // Never a second connection: if the first has gone, that is the answer.
      '-o',
      'ProxyCommand=false',
      '--',
      target,
      words.map(shellQuote).join(' '),
    ],
    { signal, lifeline: true, env: { HOME: process.env['HOME'], SSH_AUTH_SOCK: process.env['SSH_AUTH_SOCK'] } },
  );
  const start = done.stdout.indexOf(`${mark}\n`);
  if (start < 0) throw new Error(`${name} did not run the command: ${sshReason(done.stderr)}`);
  // 127 and 126 are sh's own: there is no such program, or it may not be run. Where a folder of the PATH is closed to us, it
  // says 126 of one that is nowhere.
  if (done.exit_code === 127) throw new Error(`${argv[0]} is not installed on ${name}`);
  if (done.exit_code === 126) throw new Error(`${argv[0]} is not installed on ${name}, or may not be run there`);
  return { ...done, stdout: done.stdout.slice(start + mark.length + 1) };
}

/**
 * Runs its arguments, and ends them when we have gone: sshd itself only closes their input and output, of which one that
 * hangs sees nothing. Our own death, an abort and a lost connection all end our line to it. Where that line was never ours
 * (a ForceCommand that reads it) nothing is ended.
 */
const endsWithUs = [
  'exec 3<&0',
  '"$@" 3<&- & work=$!',
  '{ read -r line && { read -r line; kill -9 "$work" $$; }; } <&3 >/dev/null 2>&1 & watch=$!',
  // Silent from here on: what a shell may say of a child that is gone, or was killed, is no word of the work.
  'exec 3<&- 2>/dev/null',
  'wait "$work"',
  'code=$?',
  'kill -9 "$watch"',
  'exit "$code"',
].join('; ');

/** How a piece of our work is known there, without a file: in its environment. */
const noteOf = ({ name, state }: SshSettings): string =>
  `OPS_MONITOR_ALONE=${fingerprint([hostname(), state, name].join(' '))}`;

/**
 * What lives there of earlier connections: hanging beyond any kill, or on one that sshd does not yet know to be lost. A
 * child of such work is not meant, hence the look for the process itself.
 */
async function earlierAttempts(settings: SshSettings, socket: string): Promise<ReadonlyMap<string, Attempt>> {
  const script =
    'cat /proc/[0-9]*/environ 2>/dev/null | tr "\\000" "\\012" | sed -n "s/^$1 //p" | ' +
    'while read -r pid note; do if [ -e "/proc/$pid" ]; then echo "$pid $note"; fi; done';
  const argv = ['sh', '-c', script, 'sh', noteOf(settings)];
  // Nobody's in particular: all wait for it, each until its own deadline.
  const { signal } = new AbortController();
  const { stdout } = await runThere(settings, { socket, signal, argv });
  return parseAttempts(stdout);
}

/** Brings up the one connection. Its process is ours, and ends when we leave. */
async function connect({ name, target, configFile, connectMs, runtime }: SshSettings): Promise<Connection> {
  const { socket, temporary } = socketPath(runtime);
  // Shorter than our own patience, so that it is ssh that says why.
  const seconds = Math.max(1, Math.floor(connectMs / 1000) - 1);
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    `ConnectTimeout=${seconds}`,
    'ServerAliveInterval=5',
    'ServerAliveCountMax=2',
    'ControlMaster=yes',
    'ControlPersist=no',
    'ForwardAgent=no',
    'ForwardX11=no',
    'ClearAllForwardings=yes',
    'PermitLocalCommand=no',
  ].flatMap((option) => ['-o', option]);
  const master = execa(
    'ssh',
    [
      ...(configFile === undefined ? [] : ['-F', configFile]),
      ...options,
      '-S',
      socket,
      '-T',
      '--',
      target,
      'exec cat >/dev/null',
    ],
    // Its input is kept open and never written: when we are gone, however we went, it ends, and with it the connection.
    { stdin: 'pipe', stdout: 'ignore', reject: false, cleanup: false },
  );
  const goneWithUs = endOnLeaving(() => {
    master.kill('SIGTERM');
    rmSync(temporary ?? socket, { force: true, recursive: true });
  });
  const ended = async (): Promise<never> => {
    const { stderr, code, originalMessage } = await master;
    goneWithUs();
    if (code === 'ENOENT') throw new Error('ssh is not installed here (package openssh-client)');
    throw new Error(`${name} cannot be reached: ${sshReason(stderr || (originalMessage ?? ''))}`);
  };
  const up = async (): Promise<Connection> => {
    const began = performance.now();
    while (performance.now() - began < connectMs) {
      if (existsSync(socket)) return { socket };
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    master.kill('SIGTERM');
    throw new Error(`${name} cannot be reached: no connection within ${formatDuration(connectMs / 1000)}`);
  };
  // Whichever comes second has nobody who listens any more, and its failure is no failure of ours.
  const outcomes = [up(), ended()];
  void Promise.allSettled(outcomes);
  return Promise.race(outcomes);
}

/** A Unix socket's path has room for 107 characters, of which ssh takes 17 while it makes it. */
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
