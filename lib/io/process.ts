// Runs programs that read something for us. The result is the exit code and the whole output; any other ending throws. While a
// program runs that may hang beyond any kill, a note names its process.
import { readFileSync } from 'node:fs';
import { errorCode, NotInstalled } from '../contract/errors.ts';
import type { Completed, OnOutput } from '../contract/host.ts';
import type { Ending, Variables } from '../contract/program.ts';
import { join } from '../core/path.ts';
import { firstLine } from '../core/text.ts';
import { parseProcessStat } from '../parse/proc.ts';
import { readIfThere, removeIfThere, replaceFile } from './files.ts';
import { runProgram } from './program.ts';

const mostOutput = 8 * 1024 * 1024;

/** TZ: systemctl prints the times of timers in the reader's time zone, even where unix time was asked for. */
const fixed = { TZ: 'UTC', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' };

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Variables beside the fixed ones, such as HOME. */
  readonly env?: Variables;
  /** Path of the note about the child; while the child that the note names lives, no second one is started. */
  readonly aloneNote?: string;
  readonly onOutput?: OnOutput | undefined;
  /** The program's input is an empty line and then stays open; the end of the input tells the program to stop. */
  readonly lifeline?: true;
}

export async function readByProgram(
  argv: readonly string[],
  { signal, env, aloneNote, onOutput, lifeline }: ReadOptions,
): Promise<Completed> {
  if (aloneNote !== undefined) refuseWhileRunning(aloneNote);
  signal.throwIfAborted();
  const { ending, stdout, stderr } = await runProgram({
    argv,
    variables: { ...fixed, ...env },
    signal,
    onOutput,
    output: { most: mostOutput, beyond: 'fail' },
    ...(lifeline ? { input: '\n', keepsInputOpen: true } : {}),
    ...(aloneNote === undefined ? {} : { onStart: (pid) => writeNote(aloneNote, pid, argv) }),
  });
  // Never reached where the child hangs beyond SIGKILL: its note stays, and the next run finds it.
  if (aloneNote !== undefined) removeIfThere(aloneNote);
  if (ending.by === 'exit') return { exit_code: ending.code, stdout, stderr };
  const Kind = ending.by === 'start' && ending.code === 'ENOENT' ? NotInstalled : Error;
  throw new Kind(`${firstLine(nameOf(argv))} ${describeEnding(ending)}`, 'cause' in ending ? ending : {});
}

/** A script is named by the name that it was given, not by its text. */
const nameOf = (argv: readonly string[]): string =>
  (argv[0] === 'sh' && argv[1] === '-c' ? argv.slice(3) : argv).join(' ');

function describeEnding(ending: Exclude<Ending, { by: 'exit' }>): string {
  if (ending.by === 'output') return `printed more than ${mostOutput} bytes`;
  if (ending.by === 'signal') return `was ended by ${ending.signal}`;
  if (ending.by === 'deadline') return 'was ended at its deadline';
  if (ending.code === 'ENOENT') return 'is not installed (ENOENT)';
  // The system reports EACCES also for a program that is not found where a folder of PATH may not be searched.
  if (ending.code === 'EACCES') return 'is not installed, or we may not run it (EACCES)';
  return `could not be started: ${ending.cause.message}`;
}

interface Note {
  pid: number;
  started: string;
  since: string;
  argv: readonly string[];
}

function refuseWhileRunning(path: string): void {
  const note = runningNote(path);
  if (note) throw stillHangs(`process ${note.pid}`, note.since);
  removeIfThere(path);
}

/** The note about a child that still runs. */
export function runningNote(path: string): Pick<Note, 'pid' | 'since'> | undefined {
  const note = readNote(path);
  return note && startTimeOf(note.pid) === note.started ? note : undefined;
}

export const stillHangs = (what: string, since: string): Error =>
  new Error(`an earlier attempt still hangs (${what}, since ${since}); no second one is started`);

/** Undefined where there is no note, or no note of this format. */
function readNote(path: string): Note | undefined {
  try {
    const note: unknown = JSON.parse(readIfThere(path) ?? 'null');
    return typeof note === 'object' && note !== null && 'pid' in note && 'started' in note ? (note as Note) : undefined;
  } catch {
    return undefined;
  }
}

function writeNote(path: string, pid: number, argv: readonly string[]): void {
  const started = startTimeOf(pid);
  if (started === undefined) return; // the child has ended already
  const note: Note = { pid, started, since: new Date().toISOString(), argv };
  try {
    replaceFile(path, JSON.stringify(note), 0o644);
  } catch {
    // without a note the next run may start a second child; failing here would lose the reading
  }
}

/** Boot id and start time, from files of the kernel that cannot hang: with the pid they identify one process for ever. A zombie counts as ended. */
function startTimeOf(pid: number): string | undefined {
  try {
    const { state, started } = parseProcessStat(readFileSync(join('/proc', String(pid), 'stat'), 'utf8'));
    return state === 'Z' ? undefined : `${bootId()}:${started}`;
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** Hidden in some containers: then pid and start time must do. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}
