// Wraps the Host of this machine, so that no path that may hang is read in this process.
import type { Host } from '../contract/host.ts';
import type { PathReads } from './path-scripts.ts';

type Open = (signal: AbortSignal) => Host;

/** The kernel's own files never wait for another machine. */
const isKernels = (path: string): boolean => /^\/(?:proc|sys|run)(?:\/|$)/.test(path);

/** `declared` are the paths that the configuration declares to hang. */
export function guardHangingPaths(open: Open, declared: readonly string[]): Open {
  // Loaded on demand: the thermal heartbeat reads only files of the kernel.
  const load = async () => (await import('./reads-in-child.ts')).readerFinder(declared);
  let loaded: ReturnType<typeof load> | undefined;
  return (signal) => {
    const host = open(signal);
    const readerOf = async (path: string): Promise<PathReads> =>
      isKernels(path) ? host : (await (loaded ??= load()))(host, path);
    return {
      ...host,
      readText: async (path) => (await readerOf(path)).readText(path),
      readBytes: async (path, range) => (await readerOf(path)).readBytes(path, range),
      list: async (path) => (await readerOf(path)).list(path),
      stat: async (path) => (await readerOf(path)).stat(path),
      realpath: async (path) => (await readerOf(path)).realpath(path),
    };
  };
}
