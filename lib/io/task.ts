// Runs commands of the configuration: see contract/task.ts.
import { readdirSync, readFileSync } from 'node:fs';
import type { RunTask } from '../contract/task.ts';
import type { Ending } from '../contract/program.ts';
import { join } from '../core/path.ts';
import { counted } from '../core/text.ts';
import { unlessFailing } from './files.ts';
import { endOnLeaving } from './leave.ts';
import { runProgram } from './program.ts';
import { openOutput } from './task-output.ts';
import { printError } from './terminal.ts';
import { pickVariables } from './variables.ts';
import { newRunId } from './world.ts';

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
  const output = openOutput(request);
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
      onOutput: output.take,
      output: { most: 0, beyond: 'cut' },
      ...(leavesProcesses ? {} : { endsGroup: true }),
    });
    const isLeft = leavesProcesses && ending.by === 'exit' && ending.code === 0;
    const killed = isLeft ? 0 : killMarked(taskMark);
    return { ending: withFolder(ending, folder), seconds: (performance.now() - began) / 1000, ...output.end(), killed };
  } finally {
    forget();
    output.end();
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
