// Programs that read something for us: a result is their whole output and their exit code; all else is an error. Of what
// may hang beyond any kill a note is kept while it runs.
import { readFile } from 'node:fs/promises';
import { errorCode } from '../contract/errors.ts';
import type { Completed } from '../contract/host.ts';
import type { Ending, Variables } from '../contract/program.ts';
import { join } from '../core/path.ts';
import { firstLine } from '../core/text.ts';
import { parseProcessStat } from '../parse/proc.ts';
import { readIfThere, removeIfThere, replaceFile } from './files.ts';
import { runProgram } from './program.ts';

const mostOutput = 8 * 1024 * 1024;

/** TZ: systemctl prints the times of timers in the reader's zone, even where unix time was asked for. */
const fixed = { TZ: 'UTC', GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0' };

export interface ReadOptions {
  readonly signal: AbortSignal;
  /** Beside the fixed ones: HOME, say, or a PATH of a test's own. */
  readonly env?: Variables;
  /** The note of the child that does this work; while that child lives, no second one is started. */
  readonly aloneNote?: string;
  /** Its input is an empty line, and stays open for as long as we want the work: at its end it is known that we do not. */
  readonly lifeline?: true;
}

export async function readByProgram(
  argv: readonly string[],
  { signal, env, aloneNote, lifeline }: ReadOptions,
): Promise<Completed> {
  if (aloneNote !== undefined) await refuseSecond(aloneNote);
  signal.throwIfAborted();
  let noted: Promise<void> | undefined;
  const { ending, stdout, stderr } = await runProgram({
    argv,
    variables: { ...fixed, ...env },
    signal,
    output: { most: mostOutput, beyond: 'fail' },
    ...(lifeline ? { input: '\n', keepsInputOpen: true } : {}),
    ...(aloneNote === undefined ? {} : { onStart: (pid) => void (noted = writeNote(aloneNote, pid, argv)) }),
  });
  // Reached by a child that ended. One that hangs beyond SIGKILL leaves its note, which the next run finds.
  await noted;
  if (aloneNote !== undefined) removeIfThere(aloneNote);
  if (ending.by === 'exit') return { exit_code: ending.code, stdout, stderr };
  throw new Error(`${firstLine(argv.join(' '))} ${whatHappened(ending)}`, 'cause' in ending ? ending : {});
}

function whatHappened(ending: Exclude<Ending, { by: 'exit' }>): string {
  if (ending.by === 'output') return `printed more than ${mostOutput} bytes`;
  if (ending.by === 'signal') return `was ended by ${ending.signal}`;
  if (ending.by === 'deadline') return 'was ended at its deadline';
  if (ending.code === 'ENOENT') return 'is not installed (ENOENT)';
  // Also where it is not found and a folder of PATH may not be searched.
  if (ending.code === 'EACCES') return 'is not installed, or we may not run it (EACCES)';
  return `could not be started: ${ending.cause.message}`;
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
