// Reads the newest data of each stream at its source. Folders are searched newest first and only as far back as needed,
// so that the cost does not grow with the archive.
import { Absent } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import type { Listed } from '../../core/compare.ts';
import { ageOf, latestTime } from '../../core/age.ts';
import { daysBefore } from '../../core/time.ts';
import { type DataPath, isTemporary, parseDataPath, timeInPath } from '../../parse/datapath.ts';
import { defineProbe } from '../define.ts';
import { dayFolders, findFiles, undatedFolder } from '../search.ts';
import { streams as section } from '../sections/streams.ts';

export const streams = defineProbe({
  name: 'streams',
  summary: 'newest data of each stream at its source',
  section,

  items: async ({ config }) => Object.entries(config.streams).flatMap(([name, { source }]) => (source ? [name] : [])),

  async read({ host: open, config, item, at }) {
    const stream = config.streams[item];
    if (!stream?.source) throw new Absent(`the stream ${item} has no source`);
    const { host = 'local', root, files, time } = stream.source;
    const where = { host, root, window_seconds: stream.window };
    if (time === 'zarr') {
      // The newest time on the axis of the Zarr store to which the stream is written.
      const { newestTime, openZarr } = await import('../zarr.ts');
      const newest = await newestTime(await openZarr(open(host), root), 'time', at);
      return { ...where, ...(newest ? newestAt(newest, at) : {}), empty_files: 0, future_files: 0 };
    }
    const dataPath = parseDataPath(files);
    const timeOf = (file: Listed): Date | undefined =>
      time === 'mtime' ? file.modified : timeInPath(dataPath, file.path);

    const source = open(host);
    const searchFolders: SearchFolders = async (folders) => {
      const all = await findFiles(source, { root, folders, dataPath, alone: `stream-${item}` });
      return { found: all, newest: newestData(all, timeOf, at) };
    };
    const { found, newest } = await searchNewestFirst(source, root, dataPath, at, searchFolders);
    const latest = latestTime(at);
    return {
      ...where,
      ...(newest ? { ...newestAt(newest.time, at), newest_file: newest.file.path } : {}),
      empty_files: found.filter(({ size_bytes }) => size_bytes === 0).length,
      future_files: found.filter(({ modified }) => modified > latest).length,
    };
  },
});

function newestAt(newest: Date, at: Date) {
  const { seconds } = ageOf(newest, at);
  return { newest_at: newest.toISOString(), ...(seconds === undefined ? {} : { age_seconds: Math.round(seconds) }) };
}

interface SearchResult {
  /** The files of the folders that were searched last. */
  readonly found: readonly Listed[];
  readonly newest: { readonly file: Listed; readonly time: Date } | undefined;
}

/** Lists some folders below the root, and finds the newest data file in them. */
type SearchFolders = (folders: readonly string[]) => Promise<SearchResult>;

async function searchNewestFirst(
  host: Host,
  root: string,
  dataPath: DataPath,
  at: Date,
  searchFolders: SearchFolders,
): Promise<SearchResult> {
  // A healthy stream has data of today or yesterday: one search in these two folders is enough.
  const folders = dayFolders(root, dataPath, [at, daysBefore(at, 1)]);
  if (folders.length === 0) return searchFolders([undatedFolder(root, dataPath)]);
  const near = await searchFolders(folders);
  return near.newest ? near : descend(host, root, dataPath.folders, searchFolders);
}

/** Searches the newest folder first, until a folder has data. */
async function descend(
  host: Host,
  folder: string,
  below: DataPath['folders'],
  searchFolders: SearchFolders,
): Promise<SearchResult> {
  const [part, ...rest] = below;
  if (!part) return searchFolders([folder]);
  const names = (await host.list(folder))
    .filter((name) => part.pattern.test(name))
    .sort()
    .reverse();
  for (const name of names) {
    const found = await descend(host, `${folder}/${name}`, rest, searchFolders);
    if (found.newest) return found;
  }
  return { found: [], newest: undefined };
}

/** The newest data file: files that are empty, still being transferred or from the future do not count. */
function newestData(
  found: readonly Listed[],
  timeOf: (file: Listed) => Date | undefined,
  at: Date,
): SearchResult['newest'] {
  const latest = latestTime(at);
  let newest: SearchResult['newest'];
  for (const file of found) {
    if (file.size_bytes === 0 || isTemporary(file.path) || file.modified > latest) continue;
    const time = timeOf(file);
    if (time && time <= latest && (!newest || time > newest.time)) newest = { file, time };
  }
  return newest;
}
