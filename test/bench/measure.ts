// Whole processes against each other, in alternation: what they cost as a ratio lasts, milliseconds do not.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { root } from '../process.ts';

export interface Contestant {
  readonly name: string;
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that are no failure. */
  readonly accept?: readonly number[];
  /** Called before each run, and not measured. */
  readonly before?: () => void;
}

/** Of the middle half of the rounds. CPU is user and system time of the process and of all children it waited for. */
export interface Times {
  readonly name: string;
  readonly cpuMs: number;
  readonly wallMs: number;
}

export const bare: Contestant = { name: 'node -e 0', argv: [process.execPath, '-e', '0'] };

/** Runs a program to its end, and returns its error output; throws unless it succeeds. */
export function must([file = '', ...argv]: readonly string[], env: Contestant['env'] = {}): string {
  const { status, stderr } = spawnSync(file, argv, { encoding: 'utf8', cwd: root, env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${file} ${argv.join(' ')}: ${stderr}`);
  return stderr;
}

/** A server in a thread of its own, which a measured process that blocks this one can reach. `script` posts its port. */
export async function startServer(script: string) {
  const server = new Worker(`const { parentPort } = require('node:worker_threads'); ${script}`, { eval: true });
  const port = await new Promise<number>((resolve) => server.once('message', resolve));
  return { port, stop: () => server.terminate() };
}

export function inTurns(contestants: readonly Contestant[], rounds: number): Times[] {
  const taken = contestants.map((contestant) => ({ contestant, cpu: [] as number[], wall: [] as number[] }));
  for (let round = 0; round < rounds; round++)
    for (const { contestant, cpu, wall } of taken) {
      contestant.before?.();
      const one = timeOne(contestant);
      cpu.push(one.cpu);
      wall.push(one.wall);
    }
  return taken.map(({ contestant: { name }, cpu, wall }) => ({ name, cpuMs: middle(cpu), wallMs: middle(wall) }));
}

export function measure(contestants: readonly Contestant[], rounds: number): (Times & { peakMiB: number })[] {
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-bench-'));
  try {
    return inTurns(contestants, rounds).map((times, index) => ({
      ...times,
      peakMiB: peakOf(contestants[index] ?? bare, folder),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** bash's `time` counts children, to the microsecond; Node's own process does not tell of them. */
function timeOne({ name, argv, env, accept = [0] }: Contestant): { cpu: number; wall: number } {
  const script = 'TIMEFORMAT="times %6U %6S %6R"; time "$@" >/dev/null 2>"$ERRORS"; exit $?';
  const errors = join(tmpdir(), `ops-monitor-bench-${process.pid}.err`);
  const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', ...argv], {
    env: { ...clean(), ...env, ERRORS: errors },
    encoding: 'utf8',
  });
  const said = readFileSync(errors, 'utf8');
  rmSync(errors);
  const match = /times (\S+) (\S+) (\S+)/.exec(stderr);
  if (!match || !accept.includes(status ?? -1)) throw new Error(`${name} ended with ${status}: ${said}${stderr}`);
  return { cpu: (Number(match[1]) + Number(match[2])) * 1000, wall: Number(match[3]) * 1000 };
}

/** In a run of its own, since asking costs. */
export function peakOf({ argv, env }: Contestant, folder: string): number {
  const out = join(folder, 'peak');
  const hook = join(folder, 'peak.cjs');
  writeFileSync(
    hook,
    `process.on('exit', () => require('fs').writeFileSync(${JSON.stringify(out)}, String(process.resourceUsage().maxRSS)))`,
  );
  const [node = '', ...rest] = argv;
  spawnSync(node, ['--require', hook, ...rest], { env: { ...clean(), ...env }, stdio: 'ignore' });
  return Number(readFileSync(out, 'utf8')) / 1024;
}

export interface Written {
  /** Bytes that the process and its children handed to the disk. Zero on tmpfs. */
  readonly bytes: number;
  readonly fsyncs: number;
}

/** What one run writes, in a run of its own. The kernel counts the bytes; a hook counts the calls of fsync. */
export function writtenBy({ argv, env, before }: Contestant): Written {
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-bench-'));
  const [hook, out] = [join(folder, 'written.cjs'), join(folder, 'written')];
  writeFileSync(
    hook,
    `const fs = require('node:fs');
     let fsyncs = 0;
     for (const name of ['fsync', 'fsyncSync', 'fdatasync', 'fdatasyncSync']) {
       const call = fs[name];
       fs[name] = (...given) => { fsyncs += 1; return call(...given); };
     }
     process.on('exit', () => {
       const bytes = Number(/^write_bytes: (\\d+)/m.exec(fs.readFileSync('/proc/self/io', 'utf8'))[1]);
       fs.writeFileSync(${JSON.stringify(out)}, JSON.stringify({ bytes, fsyncs }));
     });`,
  );
  before?.();
  const [node = '', ...rest] = argv;
  spawnSync(node, ['--require', hook, ...rest], { env: { ...clean(), ...env }, stdio: 'ignore' });
  const written = JSON.parse(readFileSync(out, 'utf8')) as Written;
  rmSync(folder, { recursive: true });
  return written;
}

/** Of any program, children not counted; a Python tells of it, and takes next to nothing itself. */
export function peakByPython(python: string, { argv, env }: Contestant): number {
  const script =
    'import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)';
  const { status, stdout, stderr } = spawnSync(python, ['-c', script, ...argv], {
    env: { ...clean(), ...env },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  return Number(stdout) / 1024;
}

/** Node pays for some variables at every start, and a cache of code would flatter us. */
function clean(): Record<string, string | undefined> {
  const { NODE_EXTRA_CA_CERTS, NODE_OPTIONS, NODE_COMPILE_CACHE, ...rest } = process.env;
  void [NODE_EXTRA_CA_CERTS, NODE_OPTIONS, NODE_COMPILE_CACHE];
  return rest;
}

/** The mean of the middle half: as little moved by a disturbed round as the median, and finer than the clock's milliseconds. */
function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  const kept = sorted.slice(cut, sorted.length - cut);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}
