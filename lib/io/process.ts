// Running programs: no shell, no input, a fixed locale and time zone, and an end at the deadline whatever they do.
import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import { errorCode } from '../contract/errors.ts';
import type { Completed } from '../contract/host.ts';
import { join } from '../core/path.ts';
import { firstLine } from '../core/text.ts';
import { parseProcessStat } from '../parse/proc.ts';
import { readIfThere, removeIfThere, replaceFile } from './files.ts';
import { endOnLeaving } from './leave.ts';

const mostOutputBytes = 8 * 1024 * 1024;

/** Where a shell or a unit finds programs, and where Debian keeps those that cron and some shells do not look for. */
export const searchPath = (path = process.env['PATH']): string =>
  `${path || '/usr/local/bin:/usr/bin:/bin'}:/usr/sbin:/sbin`;

/** TZ: systemctl prints the times of timers in the reader's zone, even where unix time was asked for. */
const environment = { LC_ALL: 'C', TZ: 'UTC', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' };

export interface RunOptions {
  readonly signal: AbortSignal;
  /** Beside the fixed ones: HOME, say, or a PATH of a test's own. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The note of the child that does this work; while that child lives, no second one is started. */
  readonly aloneNote?: string;
  /** Its input is an empty line, and stays open for as long as we want the work: at its end it is known that we do not. */
  readonly lifeline?: true;
}

export async function runProgram(
  argv: readonly string[],
  { signal, env, aloneNote, lifeline }: RunOptions,
): Promise<Completed> {
  const [file = '', ...rest] = argv;
  if (aloneNote !== undefined) await refuseSecond(aloneNote);
  signal.throwIfAborted();
  const child = execa(file, rest, {
    stdin: lifeline ? 'pipe' : 'ignore',
    reject: false,
    stripFinalNewline: false,
    maxBuffer: mostOutputBytes,
    extendEnv: false,
    env: { PATH: searchPath(), ...environment, ...env },
    // A process group of its own, so that what it started ends with it.
    detached: true,
    cleanup: false,
  });
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // already gone
    }
  };
  if (lifeline) child.stdin?.write('\n');
  signal.addEventListener('abort', kill, { once: true });
  const ended = endOnLeaving(kill);
  try {
    if (aloneNote !== undefined && child.pid !== undefined) await writeNote(aloneNote, child.pid, argv);
    const result = await child;
    if (result.isMaxBuffer) kill(); // execa ends the child it knows; a grandchild would go on
    if (result.exitCode === undefined || result.isMaxBuffer) {
      throw new Error(`${firstLine(argv.join(' '))} ${whatHappened(result)}`, { cause: result.cause });
    }
    return { exit_code: result.exitCode, stdout: result.stdout, stderr: result.stderr };
  } finally {
    // Reached by a child that ended. One that hangs beyond SIGKILL leaves its note, which the next run finds.
    signal.removeEventListener('abort', kill);
    ended();
    if (aloneNote !== undefined) removeIfThere(aloneNote);
  }
}

interface Ended {
  readonly isMaxBuffer: boolean;
  readonly code?: string | undefined;
  readonly signal?: string | undefined;
  readonly originalMessage?: string | undefined;
}

function whatHappened(result: Ended): string {
  if (result.isMaxBuffer) return `printed more than ${mostOutputBytes} bytes`;
  if (result.code === 'ENOENT') return 'is not installed (ENOENT)';
  // Also where it is not found and a folder of PATH may not be searched.
  if (result.code === 'EACCES') return 'is not installed, or we may not run it (EACCES)';
  if (result.signal) return `was ended by ${result.signal}`;
  return `could not be started: ${result.originalMessage ?? result.code ?? 'no reason given'}`;
}

interface Note {
  pid: number;
  started: string;
  since: string;
  argv: readonly string[];
}

async function refuseSecond(path: string): Promise<void> {
  const note = readNote(path);
  if (!note || (await startTimeOf(note.pid)) !== note.started) return removeIfThere(path);
  throw stillHangs(`process ${note.pid}`, note.since);
}

export const stillHangs = (what: string, since: string): Error =>
  new Error(`an earlier attempt still hangs (${what}, since ${since}); no second one is started`);

/** Undefined where there is none, or one that is not ours to understand. */
function readNote(path: string): Note | undefined {
  try {
    const note: unknown = JSON.parse(readIfThere(path) ?? 'null');
    return typeof note === 'object' && note !== null && 'pid' in note && 'started' in note ? (note as Note) : undefined;
  } catch {
    return undefined;
  }
}

async function writeNote(path: string, pid: number, argv: readonly string[]): Promise<void> {
  const started = await startTimeOf(pid);
  if (started === undefined) return; // it has ended already
  const note: Note = { pid, started, since: new Date().toISOString(), argv };
  try {
    replaceFile(path, JSON.stringify(note), 0o644);
  } catch {
    // without a note the next run may start a second one; without this reading there would be none at all
  }
}

/** Boot id and start time: together with the pid they name one process for good. A zombie has ended. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    const [stat, bootId] = await Promise.all([
      readFile(join('/proc', String(pid), 'stat'), 'utf8'),
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
    ]);
    const { state, started } = parseProcessStat(stat);
    return state === 'Z' ? undefined : `${bootId.trim()}:${started}`;
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
