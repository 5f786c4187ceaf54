// The programs that a node of a fleet runs, in the versions that node-report is tried with, and a node for them: a network with a
// loopback only, so that each may have its usual ports.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { environmentIn, type Ran, root, runProcess } from '../process.ts';
import { temporaryFolder } from '../world.ts';
import { goProgram } from './kept.ts';
import { installPackages } from './packages.ts';

const rqlite = 'github.com/rqlite/rqlite/v8';
const olric = 'github.com/olric-data/olric';

export const rqlited = (): string =>
  goProgram({
    program: `${rqlite}/cmd/rqlited`,
    version: 'v8.43.4',
    module: rqlite,
    versionIn: `${rqlite}/cmd.Version`,
  });
export const olricServer = (): string =>
  goProgram({ program: `${olric}/cmd/olric-server`, version: 'v0.7.4', module: olric });
export const coredns = (): string => goProgram({ program: 'github.com/coredns/coredns', version: 'v1.15.0' });
export const caddy = (): string =>
  goProgram({
    program: 'github.com/caddyserver/caddy/v2/cmd/caddy',
    version: 'v2.11.4',
    module: 'github.com/caddyserver/caddy/v2',
  });
export const ipfs = (): string =>
  goProgram({ program: 'github.com/ipfs/kubo/cmd/ipfs', version: 'v0.42.0', module: 'github.com/ipfs/kubo' });
export const ipfsCluster = (): string =>
  goProgram({
    program: 'github.com/ipfs-cluster/ipfs-cluster/cmd/ipfs-cluster-service',
    version: 'v1.1.6',
    module: 'github.com/ipfs-cluster/ipfs-cluster',
  });

type Section = Readonly<Record<string, unknown>>;

interface Report {
  readonly errors: readonly { readonly section: string; readonly part?: string; readonly reason: string }[];
  readonly absent: Report['errors'];
}

export interface Read {
  /** Null where nothing of it could be read. */
  readonly section: Section | null;
  /** `PART: REASON` of what could not be read. */
  readonly errors: readonly string[];
  readonly absent: readonly string[];
  readonly ms: number;
}

export interface Node {
  readonly folder: string;
  /** Runs a command of the node to its end. */
  readonly run: (...argv: readonly string[]) => Ran;
  /** Starts a program that runs until the test ends. */
  readonly start: (argv: readonly string[], environment?: NodeJS.ProcessEnv) => ChildProcess;
  /** A section of what node-report says with this configuration below `node`. */
  readonly report: (section: string, config?: object) => Read;
}

export async function makeNode(t: TestContext): Promise<Node> {
  installPackages('iproute2', 'util-linux');
  const folder = temporaryFolder(t);
  const holder = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up && echo up && exec sleep 3600']);
  const children: ChildProcess[] = [holder];
  t.after(() => Promise.all(children.map(end)));
  await once(holder.stdout, 'data');
  const prefix = ['nsenter', `--net=/proc/${holder.pid}/ns/net`];
  const run: Node['run'] = (...argv) => runProcess([...prefix, ...argv], environmentIn(folder));
  return {
    folder,
    run,
    start: (argv, environment) => {
      const [program = '', ...rest] = [...prefix, ...argv];
      const child = spawn(program, rest, {
        stdio: 'ignore',
        cwd: folder,
        env: { ...environmentIn(folder), ...environment },
      });
      children.push(child);
      return child;
    },
    report: (section, config = {}) => {
      const file = join(folder, 'config.yaml');
      writeFileSync(file, JSON.stringify({ node: config }));
      const bundle = join(root, 'dist', 'node-report.cjs');
      const { status, stdout, stderr, ms } = run(process.execPath, bundle, '--json', '--config', file);
      assert.equal(`${status} ${stderr}`, '0 ');
      const report = JSON.parse(stdout) as Report & Readonly<Record<string, unknown>>;
      const reasons = (all: Report['errors']): string[] =>
        all.filter((one) => one.section === section).map(({ part = '', reason }) => `${part}: ${reason}`);
      const read = report[section] as Section | null;
      return { section: read, errors: reasons(report.errors), absent: reasons(report.absent), ms };
    },
  };
}

export async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
