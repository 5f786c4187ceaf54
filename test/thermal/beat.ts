// The thermal heartbeat on a recorded machine, with all its own files in a temporary folder.
import { join } from 'node:path';
import type { Host } from '../../lib/contract/host.ts';
import type { Net } from '../../lib/contract/net.ts';
import type { Outcome } from '../../lib/contract/stage.ts';
import { makeNet } from '../../lib/io/net.ts';
import { openRecordedHost } from '../../lib/io/recorded.ts';
import { readSources, type Read, type Source } from '../../lib/thermal/read-sources.ts';
import { thermalState, thermalTextfile } from '../../lib/thermal/files.ts';
import { chipsOf, type Processes } from '../../lib/thermal/hanging.ts';
import { thermalHeartbeat } from '../../lib/thermal/heartbeat.ts';
import { configurationOf, placesIn, worldIn } from '../world.ts';

export const machines = join(import.meta.dirname, 'machines');

export interface TestBeat {
  readonly textfile: string;
  readonly state: string;
  run(time: string, options?: Record<string, boolean>): Promise<Outcome>;
}

/** Each beat is process 4711. */
export const processesOf = (living: ReadonlySet<number> = new Set()): Processes => ({
  self: () => ({ pid: 4711, started: '1' }),
  isStillAlive: ({ pid }) => living.has(pid),
});

/** Reads these sources as a beat does. */
export const readFrom = (sources: readonly Source[], host: Host, at = '2026-11-20T06:00:00Z'): Promise<Read[]> =>
  readSources(
    sources,
    {
      openHost: (_name, signal) => ({ ...host, signal }),
      now: () => new Date(at),
      monotonicMs: () => performance.now(),
    },
    chipsOf({}, processesOf(), () => performance.now()),
  );

/** `machine` is a folder, or a Host of literals. `living`: the processes that are still alive. */
export function beatOn(
  folder: string,
  machine: string | Host,
  config = '',
  net: Net = makeNet({}),
  { living, isTimed = false }: { living?: ReadonlySet<number>; isTimed?: boolean } = {},
): TestBeat {
  const stage = thermalHeartbeat({
    net: async () => net,
    paint: () => (_style, text) => text,
    processes: processesOf(living),
  });
  const places = placesIn(folder);
  const openHost = (name: string, signal: AbortSignal): Host =>
    typeof machine === 'string' ? openRecordedHost(machine, name, signal) : { ...machine, signal };
  return {
    textfile: thermalTextfile.path(places, new Date(0)),
    state: thermalState.path(places, new Date(0)),
    run: (time, options = {}) => {
      const at = new Date(time);
      const clock = { now: () => at, monotonicMs: () => (isTimed ? performance.now() : 0) };
      return stage.run(worldIn(folder, { at, clock, config: configurationOf(config), openHost, options }));
    },
  };
}
