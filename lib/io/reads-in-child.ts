// Finds out which paths may hang: those on a network mount or an automount, and those that the configuration declares to. They
// are read in a child that can be left behind: a read in this process would sit on a thread that nothing can end, and would
// keep the process from exiting.
import type { Host } from '../contract/host.ts';
import { isAutomount, isBelow, isNetwork, type Mount, mountOf, parseMountinfo } from '../parse/mountinfo.ts';
import { resolvePath } from '../parse/resolve-path.ts';
import { type PathReads, readsByScript } from './path-scripts.ts';

/** Returns what reads a path: the host itself, or a child. One mount table serves a whole cycle. */
export function readerFinder(declared: readonly string[]): (host: Host, path: string) => Promise<PathReads> {
  let table: Promise<readonly Mount[]> | undefined;
  return async (host, path) => {
    table ??= host.readText('/proc/self/mountinfo').then(parseMountinfo);
    // Without a mount table nothing is known to hang: the path is read as on any local disk.
    const mounts = await table.catch(() => []);
    const isWaiting = (mount: Mount): boolean =>
      isNetwork(mount) || (isAutomount(mount) && !mount.mount_point.startsWith('/proc/'));
    if (declared.length === 0 && !mounts.some(isWaiting)) return host;
    const isBarrier = (step: string): boolean => {
      const mount = mountOf(step, mounts);
      return (mount !== undefined && isWaiting(mount)) || declared.some((folder) => isBelow(step, folder));
    };
    // A path that cannot be resolved is left to the read itself, which gives the reason.
    const barrier = await resolvePath(path, host, isBarrier).catch(() => undefined);
    return barrier?.at === undefined
      ? host
      : readsByScript({ run: (argv, options) => host.run(argv, options), encoding: 'base64' });
  };
}
