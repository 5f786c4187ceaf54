// Which folders of a stream and of its mirrors are listed, and what the listed files are reduced to while they arrive.
import { latestTime } from '../core/age.ts';
import { type FileTable, fileTable } from '../core/filetable.ts';
import { daysBefore } from '../core/time.ts';
import { zoneClock } from '../core/zone.ts';
import {
  type DataPath,
  dateOfFolder,
  folderOfDay,
  hasDatedFolders,
  hasDayFolders,
  parseDataPath,
  timeInPath,
} from '../parse/datapath.ts';
import type { OnFile } from '../parse/listing.ts';
import type { SnapshotConfig } from './config.ts';
import type { FolderListing } from './list-script.ts';

type Stream = SnapshotConfig['streams'][string];
type Source = NonNullable<Stream['source']>;
type StreamWithSource = Stream & { readonly source: Source };

/** A root that is listed, and what its files are reduced to. */
export interface Place<Result> extends FolderListing {
  /** Name of the listing: while an earlier listing of the same name still hangs, no second one is started. */
  readonly name: string;
  readonly host: string | undefined;
  /** Begins anew, because a listing may be repeated. */
  readonly collect: () => { readonly onFile: OnFile; readonly result: Result };
}

export interface SourceFiles {
  /** Folder of a day (month, year), or the one undated folder → what lies in it. */
  readonly folders: ReadonlyMap<string, FolderSummary>;
  /** Seconds that a mirror compares → the files of that time. */
  readonly windows: ReadonlyMap<number, FileTable>;
}

export interface FolderSummary {
  /** Undefined where no file counts as data. */
  newest: { readonly path: string; readonly timeMs: number } | undefined;
  empty_files: number;
  future_files: number;
}

const daySeconds = 86_400;

/** The one folder that holds the files when their folders carry no date. */
const undatedFolder = (root: string, { folders, text }: DataPath): string =>
  [root, ...text.split('/').slice(0, folders.length)].join('/');

/** From tomorrow, because east of Greenwich a folder by local time begins before the UTC day does. */
const daysBack = (count: number): number[] => Array.from({ length: count + 2 }, (_, index) => index - 1);

/** The folders below the root that hold the files of tomorrow, today and so many days back; empty where folders carry no date. */
function foldersOfDays(dataPath: DataPath, at: Date, zone: string, back: number): string[] {
  const clock = zoneClock(at, zone);
  const folders = daysBack(back).map((days) => folderOfDay(dataPath, daysBefore(clock, days)));
  return [...new Set(folders.filter((folder) => folder !== undefined))];
}

const daysOf = (seconds: number): number => Math.ceil(seconds / daySeconds);

/** The folders of today, of yesterday and of tomorrow, where a healthy stream has data; `''` stands for the undated folder. */
export function nearFolders({ files, zone }: Source, at: Date): string[] {
  const folders = foldersOfDays(parseDataPath(files), at, zone, 1);
  return folders.length > 0 ? folders : [''];
}

export function sourcePlace(
  name: string,
  { source, mirrors }: StreamWithSource,
  isTemporary: RegExp,
  at: Date,
): Place<SourceFiles> {
  const dataPath = parseDataPath(source.files);
  const compared = [...new Set(Object.values(mirrors).map(({ compare }) => compare))];
  const folders = foldersOfDays(dataPath, at, source.zone, Math.max(1, ...compared.map(daysOf)));
  return {
    ...placeOf(`stream-${name}`, source, dataPath, folders),
    collect: () => {
      const tables = compared.map((seconds) => ({
        ...windowOf(source, dataPath, seconds, at),
        table: fileTable({ hasPaths: true }),
      }));
      const summary = summaryOf(source, dataPath, at);
      const onFile = (file: ListedFile): void => {
        summary.add(file);
        for (const { table, has } of tables) if (has(file)) table.add(file.path, file.bytes, file.modifiedMs);
      };
      return {
        result: { folders: summary.folders, windows: new Map(tables.map(({ seconds, table }) => [seconds, table])) },
        onFile: withFolder(dataPath, isTemporary, onFile),
      };
    },
  };
}

/** Some folders of a stream further back. */
export function olderPlace(
  name: string,
  source: Source,
  folders: readonly string[],
  isTemporary: RegExp,
  at: Date,
): Place<ReadonlyMap<string, FolderSummary>> {
  const dataPath = parseDataPath(source.files);
  return {
    ...placeOf(`stream-${name}-older`, source, dataPath, folders),
    collect: () => {
      const { folders: result, add } = summaryOf(source, dataPath, at);
      return { result, onFile: withFolder(dataPath, isTemporary, add) };
    },
  };
}

export function mirrorPlace(
  stream: string,
  name: string,
  { source, mirrors }: StreamWithSource,
  isTemporary: RegExp,
  at: Date,
): Place<FileTable> {
  const mirror = mirrors[name];
  if (!mirror) throw new Error(`no mirror ${stream}.${name} is configured`);
  const dataPath = parseDataPath(source.files);
  const folders = foldersOfDays(dataPath, at, source.zone, daysOf(mirror.compare));
  return {
    ...placeOf(`mirror-${stream}.${name}`, mirror, dataPath, folders),
    ...(hasDayFolders(dataPath) ? {} : { newerThan: new Date(at.getTime() - mirror.compare * 1000) }),
    collect: () => {
      const table = fileTable({ hasPaths: false });
      const { has } = windowOf(source, dataPath, mirror.compare, at);
      const onFile = (file: ListedFile): void => {
        if (has(file)) table.add(file.path, file.bytes, file.modifiedMs);
      };
      return { result: table, onFile: withFolder(dataPath, isTemporary, onFile) };
    },
  };
}

function placeOf(
  name: string,
  { host, root }: { readonly host?: string | undefined; readonly root: string },
  dataPath: DataPath,
  folders: readonly string[],
) {
  return {
    name,
    host,
    root,
    folders: folders.length > 0 ? folders.map((folder) => `${root}/${folder}`) : [undatedFolder(root, dataPath)],
    glob: dataPath.file.glob,
    anyDepth: dataPath.anyDepth,
  };
}

interface ListedFile {
  readonly path: string;
  /** As `foldersOfDays` names it; empty where folders carry no date. */
  readonly folder: string;
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly isTemporary: boolean;
}

/** Runs over every file: what several readers need of a path is found once. */
function withFolder(dataPath: DataPath, isTemporary: RegExp, add: (file: ListedFile) => void): OnFile {
  const depth = hasDatedFolders(dataPath) ? dataPath.folders.length : 0;
  return (path, bytes, modifiedMs) => {
    let end = -1;
    for (let level = 0; level < depth; level++) end = path.indexOf('/', end + 1);
    const folder = path.slice(0, Math.max(0, end));
    add({ path, folder, bytes, modifiedMs, isTemporary: isTemporary.test(path) });
  };
}

/** The files that a mirror compares: of some days by the dates of their folders if there are any, else by modification times. */
function windowOf({ zone }: Source, dataPath: DataPath, seconds: number, at: Date) {
  const folders = new Set(foldersOfDays(dataPath, at, zone, daysOf(seconds)));
  // `find -newermt` is given whole seconds.
  const fromMs = hasDayFolders(dataPath) ? -Infinity : Math.floor(at.getTime() / 1000 - seconds) * 1000;
  const has = ({ folder, bytes, modifiedMs, isTemporary }: ListedFile): boolean =>
    bytes > 0 && modifiedMs > fromMs && !isTemporary && (folders.size === 0 || folders.has(folder));
  return { seconds, has };
}

/** Finds the newest data of each folder: files that are empty, temporary or from the future do not count. */
function summaryOf({ time, zone }: Source, dataPath: DataPath, at: Date) {
  const folders = new Map<string, FolderSummary>();
  const latestMs = latestTime(at).getTime();
  const add = ({ path, folder, bytes, modifiedMs, isTemporary }: ListedFile): void => {
    let summary = folders.get(folder);
    if (!summary) folders.set(folder, (summary = { newest: undefined, empty_files: 0, future_files: 0 }));
    if (bytes === 0) summary.empty_files += 1;
    if (modifiedMs > latestMs) summary.future_files += 1;
    if (bytes === 0 || modifiedMs > latestMs || isTemporary) return;
    const timeMs = time === 'mtime' ? modifiedMs : timeInPath(dataPath, path, zone)?.getTime();
    if (timeMs === undefined || timeMs > latestMs) return;
    if (!summary.newest || timeMs > summary.newest.timeMs) summary.newest = { path, timeMs };
  };
  return { folders, add };
}

/** The glob patterns of a stream's folders, level by level; empty where the folders carry no date. */
export function levelsOf({ files }: Source): string[] {
  const dataPath = parseDataPath(files);
  if (!hasDatedFolders(dataPath)) return [];
  return dataPath.folders.map((_, level) =>
    dataPath.folders
      .slice(0, level + 1)
      .map(({ glob }) => glob)
      .join('/'),
  );
}

/** Sorts folders by the date in their path, newest first. */
export function newestFirst({ files }: Source, folders: readonly string[]): string[] {
  const dataPath = parseDataPath(files);
  const dated = folders.map((folder) => ({ folder, date: dateOfFolder(dataPath, folder) }));
  return dated.sort((a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0)).map(({ folder }) => folder);
}
