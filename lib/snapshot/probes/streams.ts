// Reads the newest data of each stream at its source. Folders are searched newest first and only as far back as needed,
// so that the cost does not grow with the archive.
import { Absent } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { ageOf } from '../../core/age.ts';
import { temporaryPattern } from '../../parse/datapath.ts';
import { parseFolders } from '../../parse/listing.ts';
import type { SnapshotConfig } from '../config.ts';
import { defineProbe } from '../define.ts';
import { listFoldersArgv } from '../list-script.ts';
import { listAlone, listingsOf, listingTimeoutMs } from '../listings.ts';
import { type FolderSummary, levelsOf, nearFolders, newestFirst, olderPlace } from '../places.ts';
import { streams as section } from '../sections/streams.ts';

/** So many folders are searched together, the newest first: mostly the first few have data. */
const [fewFolders, manyFolders] = [32, 500];

export const streams = defineProbe({
  name: 'streams',
  summary: 'newest data of each stream at its source',
  section,
  timeoutMs: listingTimeoutMs,

  items: async ({ config }) => Object.entries(config.streams).flatMap(([name, { source }]) => (source ? [name] : [])),

  async read(from) {
    const { host: open, config, item, at } = from;
    const stream = config.streams[item];
    if (!stream?.source) throw new Absent(`the stream ${item} has no source`);
    const { host = 'local', root, time } = stream.source;
    const where = { host, root, window_seconds: stream.window };
    if (time === 'zarr') {
      // The newest time on the axis of the Zarr store to which the stream is written.
      const { newestTime, openZarr } = await import('../zarr.ts');
      const newest = await newestTime(await openZarr(open(host), root), 'time', at);
      return { ...where, ...(newest ? newestAt(newest, at) : {}), empty_files: 0, future_files: 0 };
    }
    const { folders } = await listingsOf(from).source(item);
    const near = nearFolders(stream.source, at);
    const recent = merged(near.flatMap((folder) => folders.get(folder) ?? []));
    const found = recent.newest ? recent : merged([recent, await searchFurtherBack(from, stream.source, near)]);
    return {
      ...where,
      ...(found.newest ? { ...newestAt(new Date(found.newest.timeMs), at), newest_file: found.newest.path } : {}),
      empty_files: found.empty_files,
      future_files: found.future_files,
    };
  },
});

function newestAt(newest: Date, at: Date) {
  const { seconds } = ageOf(newest, at);
  return { newest_at: newest.toISOString(), ...(seconds === undefined ? {} : { age_seconds: Math.round(seconds) }) };
}

const nothing: FolderSummary = { newest: undefined, empty_files: 0, future_files: 0 };

const merged = (summaries: readonly FolderSummary[]): FolderSummary =>
  summaries.reduce(
    (all, { newest, empty_files, future_files }) => ({
      newest: newest && (!all.newest || newest.timeMs > all.newest.timeMs) ? newest : all.newest,
      empty_files: all.empty_files + empty_files,
      future_files: all.future_files + future_files,
    }),
    nothing,
  );

interface Asked {
  readonly host: (name?: string, signal?: AbortSignal) => Host;
  readonly config: SnapshotConfig;
  readonly item: string;
  readonly at: Date;
}

/** Searches the folders newest first, many at once, until a folder has data. */
async function searchFurtherBack(
  { host: open, config, item, at }: Asked,
  source: NonNullable<SnapshotConfig['streams'][string]['source']>,
  searched: readonly string[],
): Promise<FolderSummary> {
  const levels = levelsOf(source);
  if (levels.length === 0) return nothing;
  const { exit_code, stdout, stderr } = await open(source.host).run(listFoldersArgv(source.root, levels), {
    alone: `stream-${item}-folders`,
  });
  if (exit_code !== 0) throw new Error(`listing the folders of ${source.root} failed: ${stderr.trim()}`);
  const all = parseFolders(stdout, source.root).filter((folder) => !searched.includes(folder));
  const folders = newestFirst(source, all);
  for (let start = 0; start < folders.length;) {
    const part = folders.slice(start, start + (start === 0 ? fewFolders : manyFolders));
    start += part.length;
    const found = await listAlone(open, olderPlace(item, source, part, temporaryPattern(config.temporary), at));
    const newest = part.map((folder) => found.get(folder)).find((summary) => summary?.newest);
    if (newest) return newest;
  }
  return nothing;
}
