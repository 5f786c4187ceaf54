// The newest data of each stream at its source. Searched newest first and only as far as needed: what it costs does not
// grow with the archive.
import { Absent } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { defineProbe } from '../../contract/probe.ts';
import type { Listed } from '../../core/compare.ts';
import { ageOf, latestTime } from '../../core/age.ts';
import { daysBefore } from '../../core/time.ts';
import { type DataPath, isTemporary, parseDataPath, timeInPath } from '../../parse/datapath.ts';
import type { SnapshotConfig } from '../config.ts';
import { dayFolders, findFiles, folderOf } from '../search.ts';
import { streams as section } from '../sections/streams.ts';

export const streams = defineProbe<typeof section.schema, SnapshotConfig>({
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
      const newest = await newestInStore(open(host), root, at);
      return { ...where, ...(newest ? newestAt(newest, at) : {}), empty_files: 0, future_files: 0 };
    }
    const dataPath = parseDataPath(files);
    const timeOf = (file: Listed): Date | undefined =>
      time === 'mtime' ? file.modified : timeInPath(dataPath, file.path);

    const source = open(host);
    const look: Look = async (folders) => {
      const all = await findFiles(source, { root, folders, dataPath, alone: `stream-${item}` });
      return { found: all, newest: newestOf(all, timeOf, at) };
    };
    const { found, newest } = await search(source, root, dataPath, at, look);
    const latest = latestTime(at);
    return {
      ...where,
      ...(newest ? { ...newestAt(newest.time, at), newest_file: newest.file.path } : {}),
      empty_files: found.filter(({ size_bytes }) => size_bytes === 0).length,
      future_files: found.filter(({ modified }) => modified > latest).length,
    };
  },
});

/** A stream that arrives in a Zarr store: the last time on its axis. */
async function newestInStore(host: Host, root: string, at: Date): Promise<Date | undefined> {
  const { newestTime, openZarr } = await import('../zarr.ts');
  return newestTime(await openZarr(host, root), 'time', at);
}

function newestAt(newest: Date, at: Date) {
  const { seconds } = ageOf(newest, at);
  return { newest_at: newest.toISOString(), ...(seconds === undefined ? {} : { age_seconds: Math.round(seconds) }) };
}

interface Search {
  /** Of the folders that were searched last. */
  readonly found: readonly Listed[];
  readonly newest: { readonly file: Listed; readonly time: Date } | undefined;
}

type TimeOf = (file: Listed) => Date | undefined;

/** Looks into some folders below the root: what is there, and the newest of it. */
type Look = (folders: readonly string[]) => Promise<Search>;

async function search(host: Host, root: string, dataPath: DataPath, at: Date, look: Look): Promise<Search> {
  // A stream that is well has data of today or yesterday: one look into these two folders, and that is all.
  const folders = dayFolders(root, dataPath, [at, daysBefore(at, 1)]);
  if (folders.length === 0) return look([folderOf(root, dataPath)]);
  const near = await look(folders);
  return near.newest ? near : descend(host, root, dataPath.folders, look);
}

/** Newest folder first, until one has data. */
async function descend(host: Host, folder: string, below: DataPath['folders'], look: Look): Promise<Search> {
  const [part, ...rest] = below;
  if (!part) return look([folder]);
  const names = (await host.list(folder))
    .filter((name) => part.pattern.test(name))
    .sort()
    .reverse();
  for (const name of names) {
    const found = await descend(host, `${folder}/${name}`, rest, look);
    if (found.newest) return found;
  }
  return { found: [], newest: undefined };
}

/** Of what is data: not empty, not on its way, not from the future. */
function newestOf(found: readonly Listed[], timeOf: TimeOf, at: Date): Search['newest'] {
  const latest = latestTime(at);
  let newest: Search['newest'];
  for (const file of found) {
    if (file.size_bytes === 0 || isTemporary(file.path) || file.modified > latest) continue;
    const time = timeOf(file);
    if (time && time <= latest && (!newest || time > newest.time)) newest = { file, time };
  }
  return newest;
}
