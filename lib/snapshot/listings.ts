// Lists the files of all streams and mirrors: one listing for each root, shared by a stream and its mirrors, and one child
// for all roots of a machine. A listing that the common child did not bring, in time and without an error, is repeated by
// itself. So a mount that hangs costs only the listings on it, and a failure has a reason of its own.
import type { Host } from '../contract/host.ts';
import { whileProgressing } from '../engine/deadline.ts';
import { temporaryPattern } from '../parse/datapath.ts';
import { listingParser } from '../parse/listing.ts';
import type { SnapshotConfig } from './config.ts';
import { betweenListings, listFilesCommand } from './list-script.ts';
import { mirrorPlace, type Place, type SourceFiles, sourcePlace } from './places.ts';
import type { FileTable } from '../core/filetable.ts';

/** A mount that hangs costs both idle times. A tree of a million files may take longer, as long as files arrive. */
const together = { idleMs: 4000, mostMs: 9000 };
const byItself = { idleMs: 5500, mostMs: 18_000 };
/** Deadline of a reading that needs a listing, perhaps one of older folders after it. */
export const listingTimeoutMs = 30_000;
/** sshd starts a command as one argument of a shell, which may have 128 KiB. */
const mostArgumentCharacters = 60_000;

type OpenHost = (name?: string, signal?: AbortSignal) => Host;
type Outcome = { readonly result: unknown } | { readonly error: Error } | undefined;

export interface Listings {
  readonly source: (stream: string) => Promise<SourceFiles>;
  readonly mirror: (stream: string, mirror: string) => Promise<FileTable>;
}

const known = new WeakMap<object, Listings>();

/** The listings of one run of the probes; `run` is the identity of that run. */
export function listingsOf({ run, config, at, host }: ListingsFrom): Listings {
  const found = (run && known.get(run)) ?? listingsAt(config, at, host);
  if (run) known.set(run, found);
  return found;
}

interface ListingsFrom {
  readonly run?: object;
  readonly config: Pick<SnapshotConfig, 'streams' | 'temporary'>;
  readonly at: Date;
  readonly host: OpenHost;
}

function listingsAt(config: ListingsFrom['config'], at: Date, open: OpenHost): Listings {
  const isTemporary = temporaryPattern(config.temporary);
  const sources = new Map<string, Place<SourceFiles>>();
  const mirrors = new Map<string, Place<FileTable>>();
  for (const [name, stream] of Object.entries(config.streams)) {
    if (!stream.source) continue;
    if (stream.source.time !== 'zarr' || Object.keys(stream.mirrors).length > 0)
      sources.set(name, sourcePlace(name, { ...stream, source: stream.source }, isTemporary, at));
    for (const mirror of Object.keys(stream.mirrors))
      mirrors.set(
        `${name}.${mirror}`,
        mirrorPlace(name, mirror, { ...stream, source: stream.source }, isTemporary, at),
      );
  }
  const places: Place<unknown>[] = [...sources.values(), ...mirrors.values()];
  const byHost = Map.groupBy(places, ({ host }) => host ?? 'local');
  const common = new Map<string, Promise<ReadonlyMap<string, Outcome>>>();
  const commonOf = (host: string): Promise<ReadonlyMap<string, Outcome>> => {
    const begun = common.get(host) ?? listTogether(open, host, byHost.get(host) ?? []);
    common.set(host, begun);
    return begun;
  };
  const results = new Map<string, Promise<unknown>>();
  const listed = <Result>(place: Place<Result>): Promise<Result> => {
    const begun = results.get(place.name) ?? ofCommonOrAlone(place);
    results.set(place.name, begun);
    return begun as Promise<Result>;
  };
  const ofCommonOrAlone = async (place: Place<unknown>): Promise<unknown> => {
    const outcome = (await commonOf(place.host ?? 'local')).get(place.name);
    if (!outcome) return listAlone(open, place);
    if ('error' in outcome) throw outcome.error;
    return outcome.result;
  };
  const get = <Result>(all: ReadonlyMap<string, Place<Result>>, name: string): Promise<Result> => {
    const place = all.get(name);
    if (!place) throw new Error(`${name} is not configured`);
    return listed(place);
  };
  return { source: (stream) => get(sources, stream), mirror: (stream, mirror) => get(mirrors, `${stream}.${mirror}`) };
}

/** Lists one root by itself. */
export async function listAlone<Result>(open: OpenHost, place: Place<Result>): Promise<Result> {
  const where = place.host === undefined ? place.root : `${place.root} on ${place.host}`;
  const [ended] = await whileProgressing(byItself, `listing ${where}`, (signal, progress) => {
    const listing = beginListing(open(place.host, signal), [place], progress);
    return listing.run(place.name).then(listing.outcomes);
  });
  const outcome = ended?.[1] ?? { error: new Error(`listing ${where} is incomplete: its end mark is missing`) };
  if ('error' in outcome) throw outcome.error;
  return outcome.result as Result;
}

/** Lists roots of one machine by common children. A root without an outcome has to be listed by itself. */
async function listTogether(
  open: OpenHost,
  host: string,
  places: readonly Place<unknown>[],
): Promise<ReadonlyMap<string, Outcome>> {
  const found = new Map<string, Outcome>();
  const listPart = async (part: readonly Place<unknown>[]): Promise<void> => {
    let listing: ReturnType<typeof beginListing> | undefined;
    let done: number | undefined;
    try {
      await whileProgressing(together, `listing ${part.length} folders of ${host}`, async (signal, progress) => {
        const machine = open(host, signal);
        const hanging = await Promise.all(part.map(({ name }) => machine.hangs(name)));
        const answering = part.filter((_, index) => !hanging[index]);
        if (answering.length === 0) return;
        listing = beginListing(machine, answering, progress);
        done = await listing.run();
      });
    } catch {
      // Each listing without an outcome is repeated by itself, and then gives the reason.
    }
    for (const [name, outcome] of listing?.outcomes(done) ?? []) found.set(name, outcome);
  };
  // One root is listed by itself at once.
  if (places.length > 1) await Promise.all(inParts(places).map(listPart));
  return found;
}

/** Starts nothing yet. The outcomes can be asked for at any time. */
function beginListing(machine: Host, places: readonly Place<unknown>[], progress: () => void) {
  const { argv, selections } = listFilesCommand(places);
  const collected = places.map((place, index) => ({
    root: place.root,
    selection: selections[index] ?? 0,
    ...place.collect(),
  }));
  const parser = listingParser(collected, betweenListings);
  let stderr = '';
  return {
    run: async (alone?: string): Promise<number> => {
      const done = await machine.run(argv, {
        ...(alone === undefined ? {} : { alone }),
        onOutput: (text, stream) => {
          progress();
          if (stream === 'stdout') parser.feed(text);
          else stderr += text;
        },
      });
      parser.feed(done.stdout);
      stderr = done.stderr;
      return done.exit_code;
    },
    outcomes: (exitCode: number | undefined): [name: string, Outcome][] =>
      parser.outcomes(exitCode, stderr, machine.name).map((outcome, index) => {
        const name = places[index]?.name ?? '';
        if (outcome === undefined) return [name, undefined];
        return [name, outcome === 'complete' ? { result: collected[index]?.result } : { error: outcome }];
      }),
  };
}

/** Groups of places that are searched to the same depth and whose arguments together stay below the limit. */
function inParts(places: readonly Place<unknown>[]): Place<unknown>[][] {
  const parts: Place<unknown>[][] = [];
  for (const sameDepth of Map.groupBy(places, ({ anyDepth }) => anyDepth).values()) {
    let size = Infinity;
    for (const place of sameDepth) {
      const more = listFilesCommand([place]).argv.join(' ').length;
      if (size + more > mostArgumentCharacters) {
        parts.push([]);
        size = 0;
      }
      parts.at(-1)?.push(place);
      size += more;
    }
  }
  return parts;
}
