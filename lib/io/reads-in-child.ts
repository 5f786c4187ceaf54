// Reads files that may lie on a mount that hangs (a network mount, an automount, a path that the configuration declares) in a
// child. A read in this process would sit on a thread that nothing can end, and would keep the process from exiting.
import { codedError } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { fingerprint, firstLine } from '../core/text.ts';
import { isAutomount, isBelow, isNetwork, type Mount, mountOf, parseMountinfo } from '../parse/mountinfo.ts';
import { parseFindStat } from '../parse/remote.ts';
import { resolvePath } from '../parse/resolve-path.ts';

/** Tells which paths may hang, with one mount table for a whole cycle. */
export function hangingPaths(declared: readonly string[]): (host: Host, path: string) => Promise<boolean> {
  let table: Promise<readonly Mount[]> | undefined;
  return async (host, path) => {
    table ??= host.readText('/proc/self/mountinfo').then(parseMountinfo);
    // Without a mount table nothing is known to hang: the path is read as on any local disk.
    const mounts = await table.catch(() => []);
    const isWaiting = (mount: Mount): boolean =>
      isNetwork(mount) || (isAutomount(mount) && !mount.mount_point.startsWith('/proc/'));
    if (declared.length === 0 && !mounts.some(isWaiting)) return false;
    const isBarrier = (step: string): boolean => {
      const mount = mountOf(step, mounts);
      return (mount !== undefined && isWaiting(mount)) || declared.some((folder) => isBelow(step, folder));
    };
    // A path that cannot be resolved is left to the read itself, which gives the reason.
    return resolvePath(path, host, isBarrier).then(
      ({ at }) => at !== undefined,
      () => false,
    );
  };
}

type Reads = Pick<Host, 'readText' | 'readBytes' | 'list' | 'stat' | 'realpath'>;

/** Exit code of the scripts where the path does not exist, and where it is not a regular file. */
const codes = { missing: 44, irregular: 45 } as const;
const regular = `[ -f "$1" ] || exit ${codes.irregular}`;

/** POSIX sh, GNU find and coreutils. While a read of a path still hangs, no second one is started. */
export function readsInChild(host: Host): Reads {
  const script = async (what: string, path: string, text: string, ...more: string[]): Promise<string> => {
    const guarded = `[ -e "$1" ] || [ -L "$1" ] || exit ${codes.missing}; ${text}`;
    const argv = ['sh', '-c', guarded, 'sh', path, ...more];
    const { exit_code, stdout, stderr } = await host.run(argv, {
      alone: `${what}-${fingerprint([path, ...more].join(' '))}`,
    });
    if (exit_code === 0) return stdout;
    if (exit_code === codes.missing) throw codedError('ENOENT', `${path} does not exist`);
    if (exit_code === codes.irregular) throw new Error(`${path} is not a regular file`);
    throw new Error(`${what} of ${path} failed: ${firstLine(stderr) || `exit ${exit_code}`}`);
  };
  return {
    readText: (path) => script('reading', path, `${regular}; exec cat -- "$1"`),
    readBytes: async (path, range) => {
      // As base64, because the output of a program is decoded as UTF-8.
      const part = range ? [String(range.start + 1), String(range.length)] : [];
      const cut = range ? 'tail -c "+$2" -- "$1" | head -c "$3" | base64 -w 0' : 'exec base64 -w 0 -- "$1"';
      return Buffer.from(await script('reading', path, `${regular}; ${cut}`, ...part), 'base64');
    },
    list: async (path) => {
      const names = await script('listing', path, `exec find "$1" -mindepth 1 -maxdepth 1 -printf '%f\\0'`);
      return names.split('\0').filter((entry) => entry !== '');
    },
    stat: async (path) =>
      parseFindStat(await script('stat', path, `exec find "$1" -maxdepth 0 -printf '%y\\t%s\\t%T@\\t%l'`)),
    realpath: async (path) => (await script('resolving', path, 'cd -- "$1" && pwd -P')).replace(/\n$/, ''),
  };
}
