// The services of ops/compose.yaml as processes: docker is not needed to try what the file says. Each service gets its command, its
// user, its volumes at their places on a root of its own that it cannot write to, and no capability; all of them share the
// network of a node (nodes.ts), so their ports are those of the file. Only the programs are Debian's.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chownSync, cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freshTree } from '../peers/trees.ts';
import { root } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { goProgramIn, kept } from './kept.ts';
import type { Node } from './nodes.ts';
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

/** Runs a service on a node until the test ends, and waits until its health check succeeds. */
export async function startService(
  t: TestContext,
  { serve }: Node,
  name: string,
  service: Service,
  debianPackage: string,
): Promise<void> {
  installPackages('wget');
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
  await serve([...unshare, `/opt/${debianPackage}`, ...service.command], check);
}
