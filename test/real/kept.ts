// Programs for real tests that are fetched or built once, and kept outside of the clone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { installPackages } from './packages.ts';

const cache = '/var/cache/ops-monitor-test/programs';

/** Makes `name`, which has the version in it, at the first call. An interrupted try is not taken for a whole one. */
export function kept(name: string, make: (folder: string) => void): string {
  const folder = join(cache, name);
  if (existsSync(join(folder, '.whole'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  make(folder);
  writeFileSync(join(folder, '.whole.new'), '');
  renameSync(join(folder, '.whole.new'), join(folder, '.whole'));
  return folder;
}

const goVersion = `v0.0.1-go1.25.4.linux-${process.arch === 'x64' ? 'amd64' : process.arch}`;

/** Found in the PATH of `variables`, where they have one. */
function runGo(argv: readonly string[], variables: NodeJS.ProcessEnv, cwd?: string): string {
  // A module in the proxy lacks the neighbours that its workspace names.
  const env = { ...process.env, GOFLAGS: '-modcacherw', GOWORK: 'off', ...variables };
  const { status, error, stdout, stderr } = spawnSync('go', argv, { env, cwd, encoding: 'utf8', timeout: 600_000 });
  assert.equal(status, 0, `go ${argv.join(' ')}: ${error?.message ?? ''}${stderr}`);
  return stdout;
}

/** Variables with a Go in PATH that can build today's programs: this machine's, or one that the Go of Debian 12 fetches as a module. */
export function withGo(): NodeJS.ProcessEnv {
  const ask = (): number =>
    Number(/go1\.(\d+)/.exec(spawnSync('go', ['version'], { encoding: 'utf8' }).stdout ?? '')?.[1] ?? 0);
  if (ask() >= 25) return process.env;
  if (ask() === 0) installPackages('golang-go');
  const folder = kept(`go-${goVersion}`, (into) => {
    runGo(['mod', 'download', `golang.org/toolchain@${goVersion}`], { GOMODCACHE: into, GO111MODULE: 'on' });
    // Modules have no programs, so the archive of a module has no marks of them.
    const made = join(into, 'golang.org', `toolchain@${goVersion}`);
    assert.equal(spawnSync('chmod', ['-R', 'a+x', join(made, 'bin'), join(made, 'pkg', 'tool')]).status, 0);
  });
  const bin = join(folder, 'golang.org', `toolchain@${goVersion}`, 'bin');
  return { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
}

interface GoProgram {
  /** The package of the program. */
  readonly program: string;
  readonly version: string;
  /** Where it is not the package. */
  readonly module?: string;
  /** Where the program keeps its version: a release has it written there. */
  readonly versionIn?: string;
  /** Files that the program embeds and the sources lack, such as pages that a release builds: made empty. */
  readonly lacks?: readonly string[];
  /** Build tags, such as those that leave out what no test asks for. */
  readonly tags?: readonly string[];
}

/** The path of a Go program, built in the sources of its module and so with the very versions of other modules that it names.
 * `go install` would ask for all versions of the module, which some proxies do not tell. */
export function goProgram({ program, version, module = program, versionIn, lacks = [], tags = [] }: GoProgram): string {
  const name = program.split('/').at(-1) ?? program;
  const folder = kept(`${name}-${version}`, (into) => {
    const found = JSON.parse(runGo(['mod', 'download', '-json', `${module}@${version}`], withGo())) as { Dir: string };
    const flags = [
      ...(versionIn === undefined ? [] : ['-ldflags', `-X ${versionIn}=${version}`]),
      ...(tags.length === 0 ? [] : ['-tags', tags.join(',')]),
    ];
    // Go lets nobody add a file to a module that it keeps.
    const sources = lacks.length === 0 ? found.Dir : join(into, 'sources');
    if (lacks.length > 0) spawnSync('cp', ['-r', found.Dir, sources]);
    for (const path of lacks) {
      mkdirSync(dirname(join(sources, path)), { recursive: true });
      writeFileSync(join(sources, path), '');
    }
    runGo(['build', ...flags, '-o', join(into, name), `.${program.slice(module.length)}`], withGo(), sources);
    if (lacks.length > 0) rmSync(sources, { recursive: true });
  });
  return join(folder, name);
}

/** The path of the Go program `name-VERSION` whose sources are in a folder of ours. */
export function goProgramIn(cwd: string, name: string): string {
  const folder = kept(name, (into) => {
    runGo(['build', '-o', join(into, name), '.'], withGo(), cwd);
  });
  return join(folder, name);
}
