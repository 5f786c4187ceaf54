// Runs commands of the configuration: see contract/task.ts.
import { closeSync, constants, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RunTask, TaskRequest } from '../contract/task.ts';
import type { Ending } from '../contract/program.ts';
import { plainLines } from '../core/harmless.ts';
import { hideSecrets } from '../core/hide.ts';
import { join } from '../core/path.ts';
import { counted } from '../core/text.ts';
import { unlessFailing } from './files.ts';
import { endOnLeaving } from './leave.ts';
import { runProgram } from './program.ts';
import { printError } from './terminal.ts';
import { pickVariables } from './variables.ts';
import { newRunId } from './world.ts';

const mostLogBytes = 16 * 1024 * 1024;
const cutNote = `\n[the output goes on: only the first ${mostLogBytes / 1024 / 1024} MiB are kept]\n`;
const mostLastLines = 20;
const longestLine = 500;

/** Names each process of a command, also one that has left the command's process group. */
const mark = 'OPS_MONITOR_TASK';

/** A process that is born while all are looked through is found in a later round. */
const emptyRounds = 3;
/** More rounds mean a process that no signal ends. */
const mostRounds = 20;

// A shell stands between this process and the command. Its input is a pipe that only this process holds open: when this
// process is killed, the pipe ends, and the shell kills all processes of the command. It survives SIGTERM, which is meant for
// the command. Where the command may leave processes (`leaves`), the guard is killed before the shell ends after a success.
const guard = `
mark=$1 leaves=$2; shift 2
trap : TERM
exec 3<&0 </dev/null
( export ${mark}=$mark; exec "$@" 3<&- ) &
task=$!
(
  trap - TERM
  exec >/dev/null 2>&1
  cat <&3
  grep -qs "^PPid:[[:space:]]*$$$" "/proc/$task/status" && kill -9 "$task"
  rounds=0 empty=0
  while [ $empty -lt ${emptyRounds} ] && [ $rounds -lt ${mostRounds} ]; do
    found=$(grep -lsaz "^${mark}=$mark$" /proc/[0-9]*/environ)
    if [ -n "$found" ]; then empty=0; else empty=$((empty + 1)); fi
    for each in $found; do
      process=\${each#/proc/}
      kill -9 "\${process%/environ}"
    done
    rounds=$((rounds + 1))
  done
  kill -9 -$$
) &
watcher=$!
while :; do
  wait "$task"
  code=$?
  kill -0 "$task" 2>/dev/null && continue
  [ "$leaves$code" = yes0 ] && kill -9 "$watcher"
  exit "$code"
done
`;

export const runTask: RunTask = async (request) => {
  const { argv, folder, variables, seconds, signal, leavesProcesses } = request;
  const taskMark = newRunId();
  const sink = openSink(request);
  const forget = endOnLeaving(() => {
    const killed = killMarked(taskMark);
    printError(
      `ended before ${argv[0]} was through: ${counted(killed, 'process', 'processes')} of that command ended with it`,
    );
  });
  const began = performance.now();
  try {
    const { ending } = await runProgram({
      argv: ['sh', '-c', guard, 'sh', taskMark, leavesProcesses ? 'yes' : 'no', ...argv],
      folder,
      variables: { ...pickVariables(['HOME', 'TZ']), ...variables },
      input: '',
      keepsInputOpen: true,
      seconds,
      ...(signal ? { signal } : {}),
      onOutput: sink.take,
      output: { most: 0, beyond: 'cut' },
      ...(leavesProcesses ? {} : { endsGroup: true }),
    });
    const isLeft = leavesProcesses && ending.by === 'exit' && ending.code === 0;
    const killed = isLeft ? 0 : killMarked(taskMark);
    return { ending: withFolder(ending, folder), seconds: (performance.now() - began) / 1000, ...sink.end(), killed };
  } finally {
    forget();
    sink.end();
  }
};

/** The program that is started is always there: what cannot be entered is its working directory. */
const withFolder = (ending: Ending, folder: string | undefined): Ending =>
  ending.by === 'start' && folder !== undefined
    ? { ...ending, cause: new Error(`its folder ${folder} cannot be entered (${ending.code ?? ending.cause.message})`) }
    : ending;

/** Kills the processes of a command that are left; returns how many there were. */
function killMarked(taskMark: string): number {
  const wanted = `${mark}=${taskMark}`;
  const killed = new Set<string>();
  let empty = 0;
  for (let round = 0; round < mostRounds && empty < emptyRounds; round++) {
    const found = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isMarked(name, wanted));
    empty = found.length === 0 ? empty + 1 : 0;
    for (const name of found) if (unlessFailing(() => process.kill(Number(name), 'SIGKILL'))) killed.add(name);
  }
  return killed.size;
}

/** Processes of other users cannot be read, and are not ours. */
function isMarked(name: string, wanted: string): boolean {
  const environment = unlessFailing(() => readFileSync(join('/proc', name, 'environ'), 'latin1')) ?? '';
  return environment.split('\0').includes(wanted);
}

type Stream = 'stdout' | 'stderr';

function openSink({ log, onLine, mostOutput, secrets = [] }: TaskRequest) {
  mkdirSync(dirname(log), { recursive: true });
  const hiders = { stdout: hideSecrets(secrets), stderr: hideSecrets(secrets) };
  const output = { text: '', isCut: false };
  // A named pipe would block for ever, and a link lead to a file of somebody else.
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW, O_NONBLOCK } = constants;
  const descriptor = openSync(log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK, 0o644);
  let isOpen = true;
  let [bytes, isCut] = [0, false];
  let line = '';
  const lastLines: string[] = [];

  // A command may print hundreds of millions of lines, so each costs little: control characters are removed from many at once.
  const addLines = (texts: readonly string[]): void => {
    const lines = texts.map((text) => text.slice(0, longestLine).trim());
    lastLines.push(...lines.slice(-mostLastLines));
    lastLines.splice(0, lastLines.length - mostLastLines);
    if (onLine) for (const shown of lines) onLine(shown);
  };
  const write = (text: string): void => {
    // A full disk costs the rest of the log, not the run.
    const written = unlessFailing(() => writeSync(descriptor, text));
    if (written === undefined) isCut = true;
    else bytes += written;
  };
  const writeLog = (text: string): void => {
    if (isCut) return;
    const room = mostLogBytes - bytes;
    if (text.length > room) {
      write(text.slice(0, room) + cutNote);
      isCut = true;
    } else write(text);
  };
  const keep = (text: string, most: number): void => {
    output.isCut ||= output.text.length + text.length > most;
    output.text += text.slice(0, most - output.text.length);
  };
  const add = (text: string, stream: Stream): void => {
    if (stream === 'stdout' && mostOutput !== undefined) keep(text, mostOutput);
    else writeLog(text);
    const end = text.lastIndexOf('\n');
    if (end >= 0) addLines(plainLines(line + text.slice(0, end)).split('\n'));
    // A line without an end must not grow for ever.
    line = ((end < 0 ? line : '') + text.slice(end + 1)).slice(0, longestLine);
  };
  return {
    take: (text: string, stream: Stream): void => add(hiders[stream].pass(text), stream),
    end: () => {
      if (isOpen) {
        for (const stream of ['stdout', 'stderr'] as const) add(hiders[stream].end(), stream);
        if (line !== '') addLines([plainLines(line)]);
        line = '';
        closeSync(descriptor);
        isOpen = false;
      }
      return { log: { bytes, isCut }, lastLines, ...(mostOutput === undefined ? {} : { output }) };
    },
  };
}
