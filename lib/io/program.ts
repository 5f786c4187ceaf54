// Runs every program that we start: no shell, variables by name, a process group of its own, and an end whatever the
// program does.
import { execa, type Result } from 'execa';
import type { Ending, ProgramRequest, ProgramResult } from '../contract/program.ts';
import { errorCode } from '../contract/errors.ts';
import { endOnLeaving } from './leave.ts';
import { childVariables } from './variables.ts';

const graceMs = 2000;
/** What a program that has exited wrote before is read for so long, where a child process holds the output open. */
const lingerMs = 500;

export function runProgram(request: ProgramRequest): Promise<ProgramResult> {
  const { argv, variables, input, keepsInputOpen, seconds, signal, output } = request;
  const [file = '', ...rest] = argv;
  const child = execa(file, rest, {
    stdin: input === undefined ? 'ignore' : 'pipe',
    reject: false,
    buffer: false,
    extendEnv: false,
    env: childVariables(variables),
    detached: true,
    cleanup: false,
  });
  const kill = (by: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, by);
    } catch {
      // the group has ended already
    }
  };
  const killNow = (): void => kill('SIGKILL');
  signal?.addEventListener('abort', killNow, { once: true });
  const forget = endOnLeaving(killNow);

  return new Promise((resolve) => {
    const printed = { stdout: '', stderr: '' };
    const timers: NodeJS.Timeout[] = [];
    let isCut = false;
    /** Why we ended it ourselves. */
    let ours: Ending | undefined;

    let isFinished = false;
    const finish = (ending: Ending): void => {
      if (isFinished) return;
      isFinished = true;
      for (const timer of timers) clearTimeout(timer);
      // The rest of a group whose first member heeded SIGTERM need not have done so.
      if (ours) killNow();
      signal?.removeEventListener('abort', killNow);
      forget();
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
      resolve({ ending: ours ?? ending, ...printed, ...(isCut ? { isCut } : {}) });
    };

    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        printed[name] += text;
        if (printed[name].length <= output.most) return;
        printed[name] = printed[name].slice(0, output.most);
        isCut = true;
        if (output.beyond === 'cut') return;
        ours ??= { by: 'output' };
        killNow();
      });
    }
    if (seconds !== undefined) {
      const after = (ms: number, act: () => void): unknown => timers.push(setTimeout(act, seconds * 1000 + ms));
      after(0, () => {
        ours ??= { by: 'deadline' };
        kill('SIGTERM');
      });
      after(graceMs, killNow);
      // It hangs in the kernel.
      after(2 * graceMs, () => finish({ by: 'deadline' }));
    }
    // As soon as all output has been read, too.
    void child.then((result) => finish(endingOf(result)));
    if (output.beyond === 'cut')
      child.nodeChildProcess.once('exit', (code, by) => {
        const ending: Ending = code === null ? { by: 'signal', signal: String(by) } : { by: 'exit', code };
        timers.push(setTimeout(() => finish(ending), lingerMs));
      });

    if (child.pid !== undefined) request.onStart?.(child.pid);
    if (signal?.aborted) killNow();
    // A program that ends without having read everything says why by its exit code.
    child.stdin?.on('error', () => undefined);
    if (keepsInputOpen) child.stdin?.write(input);
    else child.stdin?.end(input);
  });
}

function endingOf(result: Pick<Result, 'exitCode' | 'signal' | 'cause' | 'originalMessage'>): Ending {
  const { exitCode, signal, cause, originalMessage } = result;
  if (exitCode !== undefined) return { by: 'exit', code: exitCode };
  if (signal !== undefined) return { by: 'signal', signal };
  const error = cause instanceof Error ? cause : new Error(originalMessage);
  return { by: 'start', code: errorCode(error), cause: error };
}
