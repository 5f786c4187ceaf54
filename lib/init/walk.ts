// Looks into folders within a bound, never follows a link, and never touches what lies on a network mount or an automount.
import type { Host, PathStat } from '../contract/host.ts';
import { isAutomount, isNetwork, type Mount, mountOf, parseMountinfo } from '../parse/mountinfo.ts';

export interface Walk {
  /** Names in a folder; empty where it cannot be read or does not exist. */
  readonly names: (folder: string) => Promise<readonly string[]>;
  /** What lies at a path; undefined where nothing may be said. */
  readonly stat: (path: string) => Promise<PathStat | undefined>;
  /** The folders of a folder, without hidden ones. */
  readonly folders: (folder: string, among?: readonly string[]) => Promise<readonly string[]>;
  /** True once the bound is reached or the time is up: what was found until then stands. */
  readonly isCut: () => boolean;
}

interface Bound {
  /** Of folders and paths that are looked at. */
  readonly looks: number;
  /** Whether folders on network mounts may be read: in a child, by the host. */
  readonly network?: boolean;
}

/** So many names of a folder are kept: a folder may hold a million files. */
const mostNames = 20_000;
/** Folders with many names use the bound up sooner, because each name is compared with patterns. */
const namesPerLook = 50;

export async function openWalk(host: Host, { looks, network = false }: Bound): Promise<Walk> {
  const mounts = await host
    .readText('/proc/self/mountinfo')
    .then(parseMountinfo)
    .catch((): Mount[] => []);
  const waiting = mounts.filter((mount) => isAutomount(mount) || (!network && isNetwork(mount)));
  const points = new Set(waiting.map(({ mount_point }) => mount_point));
  let left = looks;
  const mayLook = (): boolean => left > 0 && !host.signal.aborted;
  const isOpen = (path: string): boolean => {
    if (points.size === 0) return true;
    const mount = mountOf(path, mounts);
    return !points.has(path) && !(mount && waiting.includes(mount));
  };
  const attempt = async <Value>(path: string, read: () => Promise<Value>): Promise<Value | undefined> => {
    if (!mayLook() || !isOpen(path)) return undefined;
    left -= 1;
    return read().catch(() => undefined);
  };
  const names: Walk['names'] = async (folder) => {
    const all = (await attempt(folder, () => host.list(folder))) ?? [];
    left -= Math.floor(all.length / namesPerLook);
    return all.slice(0, mostNames);
  };
  const stat: Walk['stat'] = (path) => attempt(path, () => host.stat(path));
  return {
    names,
    stat,
    folders: async (folder, among) => {
      const found: string[] = [];
      for (const name of among ?? (await names(folder))) {
        if (!mayLook()) break;
        if (name.startsWith('.')) continue;
        const path = folder === '/' ? `/${name}` : `${folder}/${name}`;
        if ((await stat(path))?.kind === 'folder') found.push(path);
      }
      return found;
    },
    isCut: () => !mayLook(),
  };
}
