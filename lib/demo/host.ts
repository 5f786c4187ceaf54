// The machines of the simulated site as Hosts. They compute each answer from the scenario, in the output format of the
// real program. Nothing is started or waited for; an operation that would hang fails at once, as at its deadline.
import type { Host } from '../contract/host.ts';
import type { VirtualClock } from './clock.ts';
import { absolutePaths as paths, powerStore } from './layout.ts';
import { isRoot, cachedListings, type Listings, namesBelow } from './listings.ts';
import { asText, diskOf, folderStat, localFile, missing, sourceMounts, statfsOf, statLocal } from './machine.ts';
import { powerPaths } from './power.ts';
import { runLocal, runOnSource } from './programs.ts';
import { dashboardAt, sourceUnreachable } from './scenario.ts';

/** Duration of an answer, in milliseconds of simulated time. */
const costMs = { file: 0.2, program: 3, far: 9, connecting: 7000 };

/** Returns a function that opens the machines for one cycle; each cycle has its own connections. */
export function simulatedSite(clock: VirtualClock) {
  const listings = cachedListings();
  return () => {
    const connection = { tried: false };
    return (name: string, signal: AbortSignal): Host => {
      if (name === 'local') return localHost(signal, clock, listings);
      if (name === 'source') return sourceHost(signal, clock, listings, connection);
      throw new Error(`the simulated site has no machine ${JSON.stringify(name)}`);
    };
  };
}

function localHost(signal: AbortSignal, clock: VirtualClock, listings: Listings): Host {
  const at = (): number => clock.now().getTime();
  const after = <Answer>(ms: number, answer: (now: number) => Answer): Answer => {
    clock.pass(ms);
    return answer(at());
  };
  const file = (path: string) => after(costMs.file, (now) => localFile(path, now) ?? missing(path));
  return {
    name: 'local',
    signal,
    readText: async (path) => asText(file(path)),
    readBytes: async (path, range) => {
      const bytes = Buffer.from(file(path));
      return range ? bytes.subarray(range.start, range.start + range.length) : bytes;
    },
    list: async (path) =>
      after(costMs.file, (now) => {
        const store = powerStore(paths);
        if (path !== store && !path.startsWith(`${store}/`)) return listings.namesIn(path, ['local', 'gws'], now);
        const all = powerPaths({ at: now, shift: 0 }).map((name) => `${store}/${name}`);
        return namesBelow(path, all);
      }),
    stat: async (path) => (isRoot(path, ['local', 'gws']) ? folderStat(at()) : statLocal(path, at())),
    statfs: async (path) => statfsOf(diskOf(path), at()),
    realpath: async (path) => path,
    run: async (argv) => after(costMs.program, (now) => runLocal(argv, now, listings)),
    hangs: async () => false,
    get: async (url) => {
      const { status, ms } = dashboardAt(at());
      clock.pass(ms);
      if (!url.includes(':8501')) throw new Error(`the simulated site has no ${url}`);
      return { status, response_ms: ms };
    },
  };
}

function sourceHost(
  signal: AbortSignal,
  clock: VirtualClock,
  listings: Listings,
  connection: { tried: boolean },
): Host {
  /** All requests go through one connection, so only the first one waits for an unreachable source. */
  const reach = async <Answer>(answer: (at: number) => Answer): Promise<Answer> => {
    const at = clock.now().getTime();
    if (sourceUnreachable(at)) {
      if (!connection.tried) clock.pass(costMs.connecting);
      connection.tried = true;
      throw new Error('source cannot be reached: it does not answer');
    }
    clock.pass(costMs.far);
    return answer(at);
  };
  return {
    name: 'source',
    signal,
    readText: (path) => reach(() => (path === '/proc/self/mountinfo' ? sourceMounts : missing(path))),
    readBytes: (path) => reach(() => missing(path)),
    list: (path) => reach((at) => listings.namesIn(path, ['source'], at)),
    stat: (path) =>
      reach((at) => (path === paths.sourceData || isRoot(path, ['source']) ? folderStat(at) : missing(path))),
    statfs: (path) =>
      reach((at) => ({ ...statfsOf(path === '/data' ? 'source-data' : 'root', at), inodes: 0, free_inodes: 0 })),
    realpath: (path) => reach(() => path),
    run: (argv) => reach((at) => runOnSource(argv, at, listings)),
    hangs: async () => false,
    get: async (url) => {
      throw new Error(`${url} is asked from this machine, not from source`);
    },
  };
}
