// Runs programs: without a shell, with variables by name, in a process group of their own, and never waiting for ever.
// With node:child_process and not with execa, which adds two thirds of a bare Node start to each stage that runs a program,
// and does the same here: groups, deadlines and limits are ours.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Ending, ProgramRequest, ProgramResult } from '../contract/program.ts';
import { errorCode } from '../contract/errors.ts';
import { endOnLeaving } from './leave.ts';
import { childVariables } from './variables.ts';

const graceMs = 2000;
/** After the exit of a program whose child process holds the output open, the output is read for this long. */
const lingerMs = 500;

export function runProgram(request: ProgramRequest): Promise<ProgramResult> {
  const { input, keepsInputOpen, seconds, signal, output } = request;
  let child: ChildProcess;
  try {
    child = startProgram(request);
  } catch (error) {
    // Some failures to start are thrown and not emitted: a zero byte in an argument, too long a list of arguments.
    return Promise.resolve({ ending: failedStart(error), stdout: '', stderr: '' });
  }
  const killNow = (): void => killGroup(child, 'SIGKILL');
  signal?.addEventListener('abort', killNow, { once: true });
  const forget = endOnLeaving(killNow);

  return new Promise((resolve) => {
    const timers: NodeJS.Timeout[] = [];
    /** Set where this process ended the program. */
    let ours: Ending | undefined;
    let isFinished = false;
    const finish = (ending: Ending): void => {
      if (isFinished) return;
      isFinished = true;
      for (const timer of timers) clearTimeout(timer);
      // After SIGTERM the group's leader may have ended while other members ignored the signal.
      if (ours || request.endsGroup) killNow();
      signal?.removeEventListener('abort', killNow);
      forget();
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
      resolve({ ending: ours ?? ending, ...printed });
    };
    const printed = collectOutput(child, request, () => {
      ours ??= { by: 'output' };
      killNow();
    });
    const atDeadline = (lateMs: number, act: () => void): void => {
      if (seconds !== undefined) timers.push(setTimeout(act, seconds * 1000 + lateMs));
    };
    atDeadline(0, () => {
      ours ??= { by: 'deadline' };
      killGroup(child, 'SIGTERM');
    });
    atDeadline(graceMs, killNow);
    // Reached where even SIGKILL has no effect: the program hangs in the kernel.
    atDeadline(2 * graceMs, () => finish({ by: 'deadline' }));
    child.once('error', (error) => finish(failedStart(error)));
    // Emitted when the program has ended and all output has been read.
    child.once('close', (code, by) => finish(endingOf(code, by)));
    if (output.beyond === 'cut')
      child.once('exit', (code, by) => timers.push(setTimeout(() => finish(endingOf(code, by)), lingerMs)));

    if (child.pid !== undefined) request.onStart?.(child.pid);
    if (signal?.aborted) killNow();
    // EPIPE is no failure: a program may exit without reading all of its input.
    child.stdin?.on('error', () => undefined);
    if (keepsInputOpen) child.stdin?.write(input);
    else child.stdin?.end(input);
  });
}

const startProgram = ({ argv: [file = '', ...rest], input, variables, folder }: ProgramRequest): ChildProcess =>
  spawn(file, rest, {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    env: childVariables(variables),
    cwd: folder,
    detached: true,
  });

function killGroup({ pid }: ChildProcess, by: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, by);
  } catch {
    // the group has ended already
  }
}

/** Returns what was printed so far. `onExcess` is called where the request refuses more output than it keeps. */
function collectOutput(child: ChildProcess, { onOutput, output }: ProgramRequest, onExcess: () => void) {
  const printed: { stdout: string; stderr: string; isCut?: true } = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.on('error', () => undefined);
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      onOutput?.(text, name);
      if (onOutput && name === 'stdout') return;
      printed[name] += text;
      if (printed[name].length <= output.most) return;
      printed[name] = printed[name].slice(0, output.most);
      printed.isCut = true;
      if (output.beyond === 'fail') onExcess();
    });
  }
  return printed;
}

const endingOf = (code: number | null, by: NodeJS.Signals | null): Ending =>
  code === null ? { by: 'signal', signal: String(by) } : { by: 'exit', code };

function failedStart(error: unknown): Ending {
  const cause = error instanceof Error ? error : new Error(String(error));
  return { by: 'start', code: errorCode(cause), cause };
}
