// Two Pythons that know xarray: the one of Debian, with zarr 2, and one of today, with zarr 3.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { installPackages } from './packages.ts';

/** Runs a Python script with its arguments, and returns what it prints. */
export type Python = (script: string, ...argv: readonly string[]) => string;

// Debian's own, whatever else stands before it on the PATH.
const python3 = '/usr/bin/python3';

// The newest that Python 3.11 takes, in November 2026.
const today = [
  'xarray==2026.9.0',
  'zarr==3.1.6',
  'numcodecs==0.16.6',
  'numpy==2.4.6',
  'pandas==3.1.1',
  'cftime==1.6.6.1',
  'cf_xarray==0.11.3',
];

function succeed(program: string, argv: readonly string[], seconds: number): string {
  const { error, status, stdout, stderr } = spawnSync(program, argv, {
    encoding: 'utf8',
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
    maxBuffer: 1 << 26,
  });
  assert.equal(status, 0, `${program} ${argv.join(' ')}: ${error?.message ?? ''} ${stderr}`);
  return stdout;
}

// Isolated from the environment's PYTHON…, and without a __pycache__ beside the script.
const isolated = ['-I', '-B'];

function runner(program: string): Python {
  return (script, ...argv) => succeed(program, [...isolated, script, ...argv], 300);
}

/** The same, where every warning is an error; and as a program that goes on running. */
export function strictPython(t: TestContext): { run: Python; argv: readonly [string, ...string[]] } {
  const argv = [programWithZarr3(t), ...isolated, '-W', 'error'] as const;
  const [program, ...options] = argv;
  return { argv, run: (script, ...given) => succeed(program, [...options, script, ...given], 300) };
}

export const xarrayWithZarr3 = (t: TestContext): Python => runner(programWithZarr3(t));

let made: string | undefined;

/** Made once for all tests of a process, and removed when it ends. */
const programWithZarr3 = (t: TestContext): string => (made ??= pythonWithZarr3((text) => t.diagnostic(text)));

/** The path of its Python; removed when this process ends. */
export function pythonWithZarr3(say: (text: string) => void): string {
  installPackages('python3', 'python3-venv');
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-xarray-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const began = Date.now();
  succeed(python3, ['-m', 'venv', folder], 120);
  // Wheels alone: no compiler is at hand, and none is to be.
  const pip = ['-m', 'pip', 'install', '-qq', '--disable-pip-version-check', '--no-cache-dir', '--only-binary=:all:'];
  const program = join(folder, 'bin', 'python');
  succeed(program, [...pip, ...today], 600);
  say(`${today.join(' ')} installed in ${Math.round((Date.now() - began) / 1000)} s`);
  return program;
}

/** What `apt-get install python3-xarray python3-zarr` gives: cftime, for the rarer calendars, has to be asked for. */
export function debianXarray(): Python {
  installPackages('python3', 'python3-xarray', 'python3-zarr', 'python3-cftime');
  return runner(python3);
}
