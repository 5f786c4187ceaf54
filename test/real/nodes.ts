// Nodes of a fleet: each has a network, a host name and mounts of its own, so each may have the usual ports of every program, and
// files of its own bound over those of this machine, which it has otherwise, with its processes. All end with the test.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { end, environmentIn, type Ran, root, runProcess } from '../process.ts';
import { temporaryFolder, until } from '../world.ts';
import { installPackages } from './packages.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Report {
  readonly errors: readonly { readonly section: string; readonly part?: string; readonly reason: string }[];
  readonly absent: Report['errors'];
  readonly [section: string]: unknown;
}

/** A section of a report. */
export interface Read {
  /** Null where nothing of the section could be read, or is there. */
  readonly section: Fields | null;
  /** The fields that are not null. */
  readonly known: Fields;
  /** `PART: REASON` of what could not be read. */
  readonly errors: readonly string[];
  readonly absent: readonly string[];
  /** The whole report. */
  readonly text: string;
  readonly ms: number;
}

export interface Node {
  /** Its host name. */
  readonly name: string;
  /** Its address in the network of all nodes; a node that is alone has only its loopback. */
  readonly address: string;
  readonly folder: string;
  /** The words before a command that runs on the node. */
  readonly prefix: readonly string[];
  /** Runs a command to its end. */
  readonly run: (...argv: readonly string[]) => Ran;
  /** Runs a command to its end, which must be a success, and returns its output. */
  readonly must: (...argv: readonly string[]) => string;
  /** Starts a program that runs until the test ends. */
  readonly start: (argv: readonly string[], environment?: NodeJS.ProcessEnv) => ChildProcess;
  /** Starts such a program, and waits until the command `check` succeeds. */
  readonly serve: (
    argv: readonly string[],
    check: readonly string[],
    environment?: NodeJS.ProcessEnv,
  ) => Promise<ChildProcess>;
  /** A section of what node-report says with this configuration below `node`; `as` is a command that runs it, such as setpriv. */
  readonly report: (section: string, config?: object, ...as: readonly string[]) => Read;
}

export interface Network {
  readonly nodes: readonly Node[];
  /** Cuts the network in two: these nodes reach one another, and no other node. */
  readonly cut: (...names: readonly string[]) => void;
  readonly mend: () => void;
}

/** A node with a loopback only. */
export const makeNode = (t: TestContext): Promise<Node> => holdNode(t, 'node1', '127.0.0.1');

/** Nodes `node1`, `node2`, … with the addresses 192.0.2.1, 192.0.2.2, … */
export async function makeNodes(t: TestContext, count: number): Promise<Network> {
  const wire = await holdNode(t, 'wire', '');
  for (const side of ['one', 'other']) {
    wire.must('ip', 'link', 'add', side, 'type', 'bridge');
    wire.must('ip', 'link', 'set', side, 'up');
  }
  const plug = (name: string, side: 'one' | 'other') => wire.must('ip', 'link', 'set', name, 'master', side, 'up');
  const nodes: Node[] = [];
  for (let number = 1; number <= count; number++) {
    const { holder, ...node } = await holdNode(t, `node${number}`, `192.0.2.${number}`);
    wire.must('ip', 'link', 'add', node.name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${holder}`);
    plug(node.name, 'one');
    node.must('ip', 'address', 'add', `${node.address}/24`, 'dev', 'eth0');
    node.must('ip', 'link', 'set', 'eth0', 'up');
    nodes.push(node);
  }
  return {
    nodes,
    cut: (...names) => {
      for (const name of names) plug(name, 'other');
    },
    mend: () => {
      for (const { name } of nodes) plug(name, 'one');
    },
  };
}

/** `holder` is the process that holds the network. */
async function holdNode(t: TestContext, name: string, address: string): Promise<Node & { readonly holder: number }> {
  installPackages('iproute2', 'util-linux');
  // /sys shows the network in which it was mounted.
  const script = `hostname ${name} && mount -t sysfs sysfs /sys && ip link set lo up && echo up && exec sleep 3600`;
  const holder = spawn('unshare', ['--net', '--uts', '--mount', 'sh', '-c', script]);
  const children: ChildProcess[] = [holder];
  // Before the folder is removed.
  t.after(() => Promise.all(children.map(end)));
  await once(holder.stdout, 'data');
  const folder = temporaryFolder(t);
  // A report as another user reads its configuration there.
  chmodSync(folder, 0o755);
  const prefix = ['nsenter', `--target=${holder.pid}`, '--net', '--uts', '--mount', `--wdns=${folder}`];
  const run: Node['run'] = (...argv) => runProcess([...prefix, ...argv], environmentIn(folder));
  const must: Node['must'] = (...argv) => {
    const { status, stdout, stderr } = run(...argv);
    assert.equal(status, 0, `${argv.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  const spawnOn = (argv: readonly string[], stderr: 'ignore' | 'pipe', environment?: NodeJS.ProcessEnv) => {
    const [program = '', ...rest] = [...prefix, ...argv];
    const env = { ...environmentIn(folder), ...environment };
    const child = spawn(program, rest, { stdio: ['ignore', 'ignore', stderr], env });
    children.push(child);
    return child;
  };
  return {
    name,
    address,
    folder,
    prefix,
    holder: holder.pid ?? 0,
    run,
    must,
    start: (argv, environment) => spawnOn(argv, 'ignore', environment),
    serve: async (argv, check, environment) => {
      const child = spawnOn(argv, 'pipe', environment);
      let complaints = '';
      child.stderr?.on('data', (text: Buffer) => (complaints += text.toString()));
      await until(() => {
        assert.equal(child.exitCode, null, `${argv.join(' ')} ended: ${complaints}`);
        return run(...check).status === 0;
      });
      return child;
    },
    report: (section, config = {}, ...as) => {
      const file = join(folder, 'config.yaml');
      writeFileSync(file, JSON.stringify({ node: config }));
      const bundle = join(root, 'dist', 'node-report.cjs');
      const { status, stdout, stderr, ms } = run(...as, process.execPath, bundle, '--json', '--config', file);
      assert.equal(`${status} ${stderr}`, '0 ');
      const report = JSON.parse(stdout) as Report;
      const reasons = (all: Report['errors']): string[] =>
        all.filter((one) => one.section === section).map(({ part = '', reason }) => `${part}: ${reason}`);
      const read = report[section] as Fields | null;
      const known = Object.fromEntries(Object.entries(read ?? {}).filter(([, value]) => value !== null));
      return { section: read, known, errors: reasons(report.errors), absent: reasons(report.absent), text: stdout, ms };
    },
  };
}
