// A Host whose files are a literal: their text, or the error that reading them gives.
import { codedError } from '../../lib/contract/errors.ts';
import type { Host } from '../../lib/contract/host.ts';
import { hostOf } from '../host.ts';

export type Tree = Readonly<Record<string, string | Error>>;

/** An error of the kernel, such as `ENODATA`. */
export const errno = (code: string): Error => codedError(code, `${code}: it said so`);

export function treeHost(tree: Tree, links: Readonly<Record<string, string>> = {}, parts: Partial<Host> = {}): Host {
  const missing = (path: string): never => {
    throw codedError('ENOENT', `ENOENT: no such file or directory, '${path}'`);
  };
  /** A file is in the tree below the link; the same below what that leads to. */
  const inTree = (path: string): string => {
    const [link, target] = Object.entries(links).find(([, to]) => path === to || path.startsWith(`${to}/`)) ?? [];
    return link === undefined || target === undefined ? path : link + path.slice(target.length);
  };
  return hostOf({
    readText: async (asked) => {
      const path = inTree(asked);
      const found = tree[path] ?? missing(path);
      if (found instanceof Error) throw found;
      return found;
    },
    list: async (asked) => {
      const path = inTree(asked);
      const found = tree[path];
      if (found instanceof Error) throw found;
      const below = Object.keys(tree).filter((name) => name.startsWith(`${path}/`));
      const names = new Set(below.map((name) => name.slice(path.length + 1).split('/')[0] ?? ''));
      return names.size === 0 ? missing(path) : [...names];
    },
    realpath: async (path) => links[path] ?? (tree[path] === undefined ? missing(path) : path),
    ...parts,
  });
}

/** The files of one chip as `/sys/class/hwmon/hwmonNUMBER`. */
export const chipFiles = (number: number, driver: string, files: Tree): Tree =>
  Object.fromEntries(
    Object.entries({ name: `${driver}\n`, ...files }).map(([name, text]) => [
      `/sys/class/hwmon/hwmon${number}/${name}`,
      text,
    ]),
  );

/** One chip as hwmon0, at the place of its device. */
export const chipHost = (driver: string, files: Tree, place = `platform/${driver}.0`): Host =>
  treeHost(chipFiles(0, driver, files), { '/sys/class/hwmon/hwmon0': `/sys/devices/${place}/hwmon/hwmon0` });

export const zoneFiles = (...zones: readonly (readonly [type: string, temp: string | Error])[]): Tree =>
  Object.fromEntries(
    zones.flatMap(([type, temp], index) => [
      [`/sys/class/thermal/thermal_zone${index}/type`, `${type}\n`],
      [`/sys/class/thermal/thermal_zone${index}/temp`, temp],
    ]),
  );

/** A machine whose `sensors` prints this. */
export const sensorsHost = (stdout: string, { exit_code = 0, stderr = '' } = {}): Host =>
  hostOf({ run: async () => ({ exit_code, stdout, stderr }) });
