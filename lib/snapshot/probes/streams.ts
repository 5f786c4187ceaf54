// The newest data of each stream at its source. Searched newest first and only as far as needed: what it costs does not
// grow with the archive.
import { Absent } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { defineProbe } from '../../contract/probe.ts';
import { firstLine } from '../../core/text.ts';
import { daysBefore } from '../../core/time.ts';
import {
  type DataPath,
  folderOfDay,
  type FoundFile,
  isTemporary,
  parseDataPath,
  parseFound,
  timeInPath,
} from '../../parse/datapath.ts';
import type { SnapshotConfig } from '../config.ts';
import { streams as section } from '../sections/streams.ts';

/** Clocks differ a little; a file further ahead than this says nothing about now. */
const toleranceSeconds = 300;

export const streams = defineProbe<typeof section.schema, SnapshotConfig>({
  name: 'streams',
  summary: 'newest data of each stream at its source',
  section,

  items: async ({ config }) => Object.entries(config.streams).flatMap(([name, { source }]) => (source ? [name] : [])),

  async read({ host: open, config, item, at }) {
    const stream = config.streams[item];
    if (!stream?.source) throw new Absent(`the stream ${item} has no source`);
    const { host = 'local', root, files, time } = stream.source;
    if (time === 'zarr') throw new Error('the time of a Zarr store cannot be read yet: use mtime or name');
    const dataPath = parseDataPath(files);
    const timeOf = (file: FoundFile): Date | undefined =>
      time === 'mtime' ? file.modified : timeInPath(dataPath, file.path);

    const { found, newest } = await search(open(host), root, dataPath, at, timeOf);
    const ahead = ({ modified }: FoundFile): boolean => modified.getTime() > at.getTime() + toleranceSeconds * 1000;
    return {
      host,
      root,
      window_seconds: stream.window,
      ...(newest
        ? {
            newest_at: newest.time.toISOString(),
            age_seconds: Math.max(0, Math.round((at.getTime() - newest.time.getTime()) / 1000)),
            newest_file: newest.file.path,
          }
        : {}),
      empty_files: found.filter(({ size_bytes }) => size_bytes === 0).length,
      future_files: found.filter(ahead).length,
    };
  },
});

interface Search {
  /** Of the folders that were searched last. */
  readonly found: readonly FoundFile[];
  readonly newest: { readonly file: FoundFile; readonly time: Date } | undefined;
}

type TimeOf = (file: FoundFile) => Date | undefined;

async function search(host: Host, root: string, dataPath: DataPath, at: Date, timeOf: TimeOf): Promise<Search> {
  const pick = (found: readonly FoundFile[]): Search => ({ found, newest: newestOf(found, timeOf, at) });
  // A stream that is well has data of today or yesterday: one look into these two folders, and that is all.
  const recent = [at, daysBefore(at, 1)].map((day) => folderOfDay(dataPath, day));
  const folders = recent.flatMap((folder) => (folder === undefined ? [] : [`${root}/${folder}`]));
  if (folders.length === 0) return pick(await findFiles(host, root, [folderOf(root, dataPath)], dataPath));
  const near = pick(await findFiles(host, root, folders, dataPath));
  return near.newest ? near : descend(host, root, root, dataPath.folders.length, dataPath, pick);
}

/** Without days in the folders there is only one place to look. */
const folderOf = (root: string, { folders, text }: DataPath): string =>
  [root, ...text.split('/').slice(0, folders.length)].join('/');

/** Newest folder first, until one has data. */
async function descend(
  host: Host,
  root: string,
  folder: string,
  levels: number,
  dataPath: DataPath,
  pick: (found: readonly FoundFile[]) => Search,
): Promise<Search> {
  if (levels === 0) return pick(await findFiles(host, root, [folder], dataPath));
  const part = dataPath.folders[dataPath.folders.length - levels];
  const names = (await host.list(folder))
    .filter((name) => part?.pattern.test(name))
    .sort()
    .reverse();
  for (const name of names) {
    const found = await descend(host, root, `${folder}/${name}`, levels - 1, dataPath, pick);
    if (found.newest) return found;
  }
  return pick([]);
}

async function findFiles(
  host: Host,
  root: string,
  folders: readonly string[],
  dataPath: DataPath,
): Promise<FoundFile[]> {
  const depth = dataPath.anyDepth ? [] : ['-maxdepth', '1'];
  const { exit_code, stdout, stderr } = await host.run(
    ['find', '-H', ...folders, ...depth, '-type', 'f', '-name', dataPath.file.glob, '-printf', '%T@\\t%s\\t%p\\0'],
    { alone: `stream-${root}` },
  );
  // A day that has no folder yet is not a fault; that the root itself is gone is one.
  const faults = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().endsWith('No such file or directory'));
  if (/-printf|unknown predicate|unrecognized/.test(stderr))
    throw new Error(`${host.name} has no GNU find: ${firstLine(stderr)}`);
  if (exit_code !== 0 && faults.length > 0) throw new Error(`searching ${root} failed: ${firstLine(faults[0] ?? '')}`);
  if (exit_code !== 0) await host.stat(root);
  return parseFound(stdout, root);
}

/** Of what is data: not empty, not on its way, not from the future. */
function newestOf(found: readonly FoundFile[], timeOf: TimeOf, at: Date): Search['newest'] {
  const latest = at.getTime() + toleranceSeconds * 1000;
  let newest: Search['newest'];
  for (const file of found) {
    if (file.size_bytes === 0 || isTemporary(file.path) || file.modified.getTime() > latest) continue;
    const time = timeOf(file);
    if (time && time.getTime() <= latest && (!newest || time > newest.time)) newest = { file, time };
  }
  return newest;
}
