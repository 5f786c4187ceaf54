// The services of ops/compose.yaml as processes: docker is not needed to try what the file says. Each service gets its command, its
// user, its volumes at their places on a root of its own that it cannot write to, and no capability; all of them share a network
// that is a loopback and nothing else, so their ports are those of the file. Only the programs are Debian's.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freshTree } from '../peers/trees.ts';
import { root } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';
import { goProgramIn, kept } from './kept.ts';
import { installPackages, unpackPackage } from './packages.ts';

export const composeFile = join(root, 'ops', 'compose.yaml');

interface Volume {
  readonly type: 'bind' | 'volume';
  readonly source: string;
  readonly target: string;
  readonly read_only?: boolean;
}

export interface Service {
  readonly image: string;
  readonly command: readonly string[];
  readonly user?: string;
  readonly network_mode?: string;
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly Volume[];
  readonly healthcheck?: { readonly test: readonly string[] };
}

export interface Composed {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
}

type Load = (path: string, variables: Readonly<Record<string, string>>) => { status: number | null; said: string };

const loadBy =
  (program: string, argv: (path: string) => readonly string[]): Load =>
  (path, variables) => {
    const env = { PATH: process.env['PATH'], ...variables };
    const { status, stdout, stderr, error } = spawnSync(program, argv(path), {
      env,
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.equal(error, undefined, program);
    return { status, said: status === 0 ? stdout : stderr };
  };

/** The compose specification's own loader and schema, of the version in compose-load/go.mod. */
export function specificationLoader(): Load {
  const cwd = join(root, 'test', 'real', 'compose-load');
  const [, version = ''] = /compose-go\/v2 (v\S+)/.exec(readText(join(cwd, 'go.mod'))) ?? [];
  const program = goProgramIn(cwd, `compose-load-${version}`);
  return loadBy(program, (path) => [path]);
}

/** docker's compose plugin. Debian 12 has only its predecessor, so that of Debian 13 is taken: it needs nothing else installed. */
export function pluginLoader(): Load {
  const folder = kept('docker-compose-of-debian-13', (into) => {
    const tree = freshTree('Debian 13');
    const script =
      'cd /tmp && rm -rf compose && mkdir compose && cd compose && apt-get -qq update && apt-get -qq -o APT::Sandbox::User=root download docker-compose';
    execFileSync('chroot', [tree, 'sh', '-c', `${script} && dpkg-deb -x *.deb .`]);
    cpSync(join(tree, 'tmp/compose/usr/libexec/docker/cli-plugins/docker-compose'), join(into, 'docker-compose'));
  });
  const program = join(folder, 'docker-compose');
  return loadBy(program, (path) => ['-f', path, 'config', '--format', 'json']);
}

export interface Stack {
  /** Runs a command in the network of the services. */
  readonly run: (...argv: string[]) => { status: number | null; stdout: string; stderr: string };
  readonly prefix: readonly string[];
  readonly get: (url: string, query?: Readonly<Record<string, string>>) => string;
  /** Starts a server in that network, and waits until it answers. */
  readonly serve: (argv: readonly string[], url: string) => Promise<void>;
  readonly start: (name: string, service: Service, debianPackage: string) => Promise<void>;
}

/** A network with a loopback only, until the test ends. */
export async function makeStack(t: TestContext): Promise<Stack> {
  installPackages('iproute2', 'util-linux', 'wget', 'curl');
  const holder = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up && echo up && exec sleep 3600']);
  const children: ChildProcess[] = [holder];
  // Before the folders of the services are removed.
  t.after(async () => {
    for (const child of children) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  });
  await once(holder.stdout, 'data');
  const network = `/proc/${holder.pid}/ns/net`;
  const prefix = ['nsenter', `--net=${network}`];

  const run: Stack['run'] = (...argv) => {
    const [program = '', ...rest] = [...prefix, ...argv];
    const { status, stdout, stderr } = spawnSync(program, rest, { encoding: 'utf8', timeout: 60_000 });
    return { status, stdout, stderr };
  };

  /** Runs a program until the test ends; `check` is a command that succeeds once it answers. */
  const runUntilEnd = async (argv: readonly string[], check: readonly string[]): Promise<void> => {
    const [program = '', ...rest] = [...prefix, ...argv];
    const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
    children.push(child);
    let complaints = '';
    child.stderr.on('data', (text: Buffer) => (complaints += text.toString()));
    await until(() => {
      assert.equal(child.exitCode, null, `${argv.join(' ')} ended: ${complaints}`);
      return run(...check).status === 0;
    });
  };

  return {
    run,
    prefix,
    get: (url, query = {}) => {
      const words = Object.entries(query).flatMap(([key, value]) => ['--data-urlencode', `${key}=${value}`]);
      const { status, stdout, stderr } = run('curl', '-sS', '--max-time', '30', '-G', url, ...words);
      assert.equal(status, 0, `${url}: ${stderr}`);
      return stdout;
    },
    serve: (argv, url) => runUntilEnd(argv, ['curl', '-sSf', '-o', '/dev/null', url]),
    start: async (name, service, debianPackage) => {
      const programs = join(unpackPackage(t, debianPackage), 'usr', 'bin');
      const own = temporaryFolder(t);
      const user = service.user?.split(':') ?? assert.fail(`${name} runs as root`);
      const volumes = (service.volumes ?? []).map((volume) => {
        if (volume.type === 'bind') return volume;
        // As docker makes a volume: with the owner that the folder has in the image.
        const source = join(own, volume.source);
        mkdirSync(source);
        chownSync(source, Number(user[0]), Number(user[1]));
        return { ...volume, source };
      });
      const script = [
        'set -e',
        `mkdir ${own}/root; mount --bind ${own}/root ${own}/root; cd ${own}/root`,
        'mkdir usr proc sys dev opt; mount --rbind /usr usr; mount --rbind /proc proc; mount --rbind /sys sys; mount --rbind /dev dev',
        'for each in bin sbin lib lib64; do ln -s usr/$each $each; done',
        `mount --bind ${programs} opt`,
        ...volumes.map(
          ({ source, target, read_only }) =>
            `mkdir -p .${target}; mount --rbind ${source} .${target}${read_only ? `; mount -o remount,bind,ro .${target}` : ''}`,
        ),
        service.read_only ? 'mount -o remount,bind,ro .' : '',
        `exec chroot . setpriv --reuid=${user[0]} --regid=${user[1]} --clear-groups --bounding-set=-all --inh-caps=-all --no-new-privs "$@"`,
      ].join('\n');
      const unshare = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'];
      const [form, ...check] = service.healthcheck?.test ?? [];
      assert.equal(form, 'CMD', name);
      await runUntilEnd([...unshare, `/opt/${debianPackage}`, ...service.command], check);
    },
  };
}
