// Lists the folders of the streams at the source and in its copies, as `find` and Host.list would.
import {
  absolutePaths as paths,
  dataPath,
  dayFolder,
  type Place,
  places,
  rootOf,
  type Stream,
  streams,
} from './layout.ts';
import { missing } from './machine.ts';
import { archiveBegins, bytesAt, type DataFile, day, filesOf, nextFaultChange } from './scenario.ts';

const roots = new Set(streams.flatMap(({ name }) => places.map((place) => `${place} ${rootOf(paths, name, place)}`)));

export const isRoot = (path: string, where: readonly Place[]): boolean =>
  where.some((place) => roots.has(`${place} ${path}`));

export type Listings = ReturnType<typeof cachedListings>;

/** Keeps the output for a folder until its content may change. */
export function cachedListings() {
  const cache = new Map<string, { readonly text: string; readonly from: number; readonly until: number }>();

  /** The output of `find` for a day's folder of a stream; undefined where that folder does not exist. */
  const findOutput = (folder: string, where: readonly Place[], at: number): string | undefined => {
    const key = `${where[0]} ${folder}`;
    const known = cache.get(key);
    if (known && known.from <= at && at < known.until) return known.text || undefined;
    const found = findRoot(folder, where);
    const begins = Date.parse(`${folder.slice(-'2026/10/01'.length).replaceAll('/', '-')}T00:00:00Z`);
    if (!found || Number.isNaN(begins)) return undefined;
    const files = filesOf(found.stream, found.place, begins, begins + day);
    const text = files.map((file) => entryOf(found.stream, found.place, found.root, file, at)).join('');
    const until = Math.min(
      nextFaultChange(at),
      ...files.map(({ arrives }) => arrives).filter((arrives) => arrives > at),
    );
    cache.set(key, { text, from: at, until });
    return text || undefined;
  };

  return {
    findOutput,
    /** The names in a stream's root, or in a folder of a year or month in it. */
    namesIn: (path: string, where: readonly Place[], at: number): string[] => {
      const { root } = findRoot(path, where) ?? missing(path);
      const days: string[] = [];
      for (let time = archiveBegins; time <= at; time += day) {
        const folder = `${root}/${dayFolder(time)}`;
        if (folder.startsWith(`${path}/`) && findOutput(folder, where, at) !== undefined) days.push(folder);
      }
      return namesBelow(path, days);
    },
  };
}

function findRoot(path: string, where: readonly Place[]): { root: string; stream: Stream; place: Place } | undefined {
  for (const stream of streams) {
    for (const place of where) {
      const root = rootOf(paths, stream.name, place);
      if (path === root || path.startsWith(`${root}/`)) return { root, stream, place };
    }
  }
  return undefined;
}

function entryOf(stream: Stream, place: Place, root: string, file: DataFile, at: number): string {
  const bytes = bytesAt(stream, place, file, at);
  if (bytes === undefined) return '';
  return `0\t${(file.written / 1000).toFixed(10)}\t${bytes}\t${root}/${dataPath(stream.name, file.begins)}\0`;
}

export function namesBelow(folder: string, all: readonly string[]): string[] {
  const below = all.filter((path) => path.startsWith(`${folder}/`)).map((path) => path.slice(folder.length + 1));
  return [...new Set(below.map((path) => path.split('/', 1)[0] ?? path))];
}
