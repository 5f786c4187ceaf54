// Runs programs that read something for us. The result is the exit code and the whole output; any other ending throws. While a
// program runs that may hang beyond any kill, a note names its process.
import { readFile } from 'node:fs/promises';
import { errorCode } from '../contract/errors.ts';
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
  if (aloneNote !== undefined) await refuseWhileRunning(aloneNote);
  signal.throwIfAborted();
  let noted: Promise<void> | undefined;
  const { ending, stdout, stderr } = await runProgram({
    argv,
    variables: { ...fixed, ...env },
    signal,
    onOutput,
    output: { most: mostOutput, beyond: 'fail' },
    ...(lifeline ? { input: '\n', keepsInputOpen: true } : {}),
    ...(aloneNote === undefined ? {} : { onStart: (pid) => void (noted = writeNote(aloneNote, pid, argv)) }),
  });
  // Never reached where the child hangs beyond SIGKILL: its note stays, and the next run finds it.
  await noted;
  if (aloneNote !== undefined) removeIfThere(aloneNote);
  if (ending.by === 'exit') return { exit_code: ending.code, stdout, stderr };
  throw new Error(`${firstLine(argv.join(' '))} ${describeEnding(ending)}`, 'cause' in ending ? ending : {});
}

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

async function refuseWhileRunning(path: string): Promise<void> {
  const note = await runningNote(path);
  if (note) throw stillHangs(`process ${note.pid}`, note.since);
  removeIfThere(path);
}

/** The note about a child that still runs. */
export async function runningNote(path: string): Promise<Pick<Note, 'pid' | 'since'> | undefined> {
  const note = readNote(path);
  return note && (await startTimeOf(note.pid)) === note.started ? note : undefined;
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

async function writeNote(path: string, pid: number, argv: readonly string[]): Promise<void> {
  const started = await startTimeOf(pid);
  if (started === undefined) return; // the child has ended already
  const note: Note = { pid, started, since: new Date().toISOString(), argv };
  try {
    replaceFile(path, JSON.stringify(note), 0o644);
  } catch {
    // without a note the next run may start a second child; failing here would lose the reading
  }
}

/** Boot id and start time: with the pid they identify one process for ever. A zombie counts as ended. */
async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    const [stat, bootId] = await Promise.all([
      readFile(join('/proc', String(pid), 'stat'), 'utf8'),
      // Hidden in some containers: then pid and start time must do.
      readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    ]);
    const { state, started } = parseProcessStat(stat);
    return state === 'Z' ? undefined : `${bootId.trim()}:${started}`;
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
