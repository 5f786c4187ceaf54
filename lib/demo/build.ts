// Builds the scenario in one folder, anew for each instant that the real stages read: files with their times, gates,
// checkouts, a power store and a web page. All times are shifted, so that the scenario's instant is now.
import { join } from 'node:path';
import { type FilePool, filePool, placeFile, removeTree, servePage } from '../io/scenery.ts';
import { readByProgram } from '../io/process.ts';
import { prepareSshd } from '../io/sshd.ts';
import { gateText } from './machine.ts';
import { textfileText, transfersScript } from './checks.ts';
import {
  checkoutNames,
  checkoutPath,
  dataPath,
  gateFile,
  gateNames,
  type Paths,
  type Place,
  places,
  pluginPath,
  powerStore,
  rootOf,
  type Stream,
  streams,
  textfileNames,
  textfilePath,
} from './layout.ts';
import { powerFile, powerPaths } from './power.ts';
import { bytesAt, checkoutAt, dashboardAt, day, filesOf, sourceUnreachable, workspaceUnreachable } from './scenario.ts';

const pathsIn = (folder: string): Paths => ({
  project: join(folder, 'project'),
  data: join(folder, 'data'),
  root: '/',
  sourceData: join(folder, 'source', 'data'),
  workspace: join(folder, 'gws', 'aurora'),
  code: join(folder, 'code'),
});

/** Days of files to build: those over which the mirrors are compared, and two more, because the shift moves files
 * across the folders' days. */
const archiveDays = ({ compare }: Stream): number => Number.parseInt(compare, 10) + 2;

export async function buildSite(folder: string) {
  const paths = pathsIn(folder);
  let page = { status: 200, ms: 0 };
  const served = await servePage(() => page);
  const source = await prepareSshd(join(folder, 'sshd'));
  await makeCheckouts(paths, folder);
  const pool = filePool(join(folder, 'spare'));
  return {
    paths,
    dashboardUrl: served.url,
    /** The sshd through which the source is reached; a string gives the reason why the source is only a local folder. */
    source,
    close: () => served.close(),
    /** Rebuilds the site as it is at the instant `at` of the scenario, with times shifted to `now`. */
    buildAt: async (at: number, now: number) => {
      const shift = now - at;
      pool.takeBack();
      for (const top of [paths.project, paths.data, paths.sourceData, paths.workspace]) removeTree(top);
      for (const path of powerPaths({ at, shift }))
        placeFile(join(powerStore(paths), path), powerFile(path, { at, shift }) ?? '');
      for (const gate of gateNames) placeFile(gateFile(paths, gate), gateText(gate, at, shift));
      for (const name of textfileNames) placeFile(textfilePath(paths, name), textfileText(name, at, shift));
      placeFile(pluginPath(paths), transfersScript(at));
      // While the ssh link is down the source's files still exist; a source without ssh is simulated by removing them.
      if (typeof source !== 'string') source.setReachable(!sourceUnreachable(at));
      const reachable: Record<Place, boolean> = {
        source: typeof source !== 'string' || !sourceUnreachable(at),
        local: true,
        gws: !workspaceUnreachable(at),
      };
      for (const place of places.filter((place) => reachable[place])) placeStreams(pool, paths, place, at, shift);
      for (const name of checkoutNames) await changeCheckout(paths, name, at);
      page = dashboardAt(at);
    },
  };
}

function placeStreams(pool: FilePool, paths: Paths, place: Place, at: number, shift: number): void {
  for (const stream of streams) {
    const root = rootOf(paths, stream.name, place);
    for (const file of filesOf(stream, place, at - archiveDays(stream) * day, at)) {
      const bytes = bytesAt(stream, place, file, at);
      if (bytes === undefined) continue;
      pool.place(join(root, dataPath(stream.name, file.begins + shift)), bytes, file.written + shift);
    }
  }
}

/** Number of commits upstream; a checkout can be behind by fewer than these. */
const commits = 4;

async function makeCheckouts(paths: Paths, folder: string): Promise<void> {
  const origin = join(folder, 'origin');
  await git('init', '--quiet', '--initial-branch=main', origin);
  for (let number = 1; number <= commits; number++)
    await git('-C', origin, 'commit', '--quiet', '--allow-empty', `--message=Release ${number}`);
  for (const name of checkoutNames) await git('clone', '--quiet', origin, checkoutPath(paths, name));
}

async function changeCheckout(paths: Paths, name: (typeof checkoutNames)[number], at: number): Promise<void> {
  const path = checkoutPath(paths, name);
  const { behind, changed } = checkoutAt(name, at);
  await git('-C', path, 'reset', '--quiet', '--hard', `origin/main~${behind}`);
  await git('-C', path, 'clean', '--quiet', '--force');
  for (let number = 1; number <= changed; number++) placeFile(join(path, `mended_${number}.py`), '# mended\n');
}

async function git(...argv: readonly string[]): Promise<void> {
  const identity = ['user.name=demo', 'user.email=demo@example.org'].flatMap((setting) => ['-c', setting]);
  const { exit_code, stderr } = await readByProgram(['git', ...identity, ...argv], {
    signal: AbortSignal.timeout(30_000),
    env: { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
  });
  if (exit_code !== 0) throw new Error(`git ${argv.join(' ')} failed: ${stderr.trim()}`);
}
