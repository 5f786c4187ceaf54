// The world as mail needs it: other programs with input, and mail servers.
import { spawn } from 'node:child_process';
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { errorCode } from '../contract/errors.ts';
import type { Outside, Ran, RunOptions } from '../contract/outside.ts';
import { join } from '../core/path.ts';
import { endOnLeaving } from './leave.ts';
import { makeNet } from './net.ts';
import { searchPath } from './process.ts';

const mostOutput = 64 * 1024;
const graceMs = 2000;

/** What is told to us alone, a password or an address with a token in it, is not handed on to other programs. */
const secret = /^(OPS|SENTRY)_/;

export function makeOutside(given: Readonly<Record<string, string | undefined>> = process.env): Outside {
  // msmtp asks the list of users where HOME is not set, as in a unit of the system.
  const environment: Outside['environment'] = { ...given, HOME: given['HOME'] || homedir() };
  return {
    ...makeNet(environment),
    environment,
    run: (argv, options) => runWithInput(argv, options, environment),
    find: (program) =>
      searchPath(environment['PATH'])
        .split(':')
        .map((folder) => join(folder, program))
        .find(isProgram),
    realpath: (path) => quietly(() => realpathSync(path)),
    readable: (path) => quietly(() => (accessSync(path, constants.R_OK), statSync(path).isFile())) ?? false,
    readText: (path) => readFileSync(path, 'utf8'),
    smtp: async (...conversation) => (await import('./smtp.ts')).converse(...conversation),
  };
}

const isProgram = (path: string): boolean =>
  quietly(() => (accessSync(path, constants.X_OK), statSync(path).isFile())) ?? false;

function quietly<Result>(look: () => Result): Result | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

function runWithInput(
  [file = '', ...rest]: readonly string[],
  { input = '', env, seconds }: RunOptions,
  environment: Outside['environment'],
): Promise<Ran> {
  return new Promise((resolve) => {
    const inherited = Object.fromEntries(Object.entries(environment).filter(([name]) => !secret.test(name)));
    const child = spawn(file, rest, {
      env: { ...inherited, PATH: searchPath(environment['PATH']), ...env },
      // A process group of its own, so that what it started ends with it.
      detached: true,
    });
    const printed = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      // What is too much is read and forgotten: a program that talks is not hindered in its work.
      child[name].setEncoding('utf8').on('data', (text: string) => {
        printed[name] = (printed[name] + text).slice(0, mostOutput);
      });
    }
    // Who ends without having read everything has said why elsewhere.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);

    const kill = (signal: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // already gone
      }
    };
    const kept = endOnLeaving(() => kill('SIGKILL'));
    let isLate = false;
    const late = (): string => `ended after ${seconds} s without a result`;
    const timers = [
      setTimeout(() => {
        isLate = true;
        kill('SIGTERM');
      }, seconds * 1000),
      setTimeout(() => kill('SIGKILL'), seconds * 1000 + graceMs),
      // It hangs in the kernel.
      setTimeout(() => finish({ exit_code: undefined, ended: late() }), seconds * 1000 + 2 * graceMs),
    ];
    const finish = (how: Pick<Ran, 'exit_code' | 'ended'>): void => {
      for (const timer of timers) clearTimeout(timer);
      // The rest of a group whose first member heeded SIGTERM need not have done so.
      if (isLate) kill('SIGKILL');
      kept();
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      resolve({ ...how, ...printed });
    };
    const ended = (code: number | null, signal: NodeJS.Signals | null): void => {
      if (isLate) finish({ exit_code: undefined, ended: late() });
      else if (code === null) finish({ exit_code: undefined, ended: `ended by ${signal}` });
      else finish({ exit_code: code });
    };
    child.on('error', (error) =>
      finish({ exit_code: undefined, ended: `could not be started (${errorCode(error) ?? error.message})` }),
    );
    child.on('close', ended);
    // A mail server may go on delivering behind our back, and keep its outputs open: that is its good right.
    child.on('exit', (code, signal) => timers.push(setTimeout(() => ended(code, signal), 500)));
  });
}
