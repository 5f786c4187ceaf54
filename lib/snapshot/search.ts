// Lists the files of a stream or a mirror with one `find`, on the local or a remote machine.
import type { Host } from '../contract/host.ts';
import type { Listed } from '../core/compare.ts';
import { firstLine } from '../core/text.ts';
import { type DataPath, folderOfDay, parseFound } from '../parse/datapath.ts';
import { isNonGnuFind } from '../parse/remote.ts';

/** The one folder that holds the files when their folders carry no date. */
export const undatedFolder = (root: string, { folders, text }: DataPath): string =>
  [root, ...text.split('/').slice(0, folders.length)].join('/');

/** The folders that hold the files of these days, each folder once; empty where folders carry no date. */
export function dayFolders(root: string, dataPath: DataPath, days: readonly Date[]): string[] {
  const folders = days.map((day) => folderOfDay(dataPath, day)).filter((folder) => folder !== undefined);
  return [...new Set(folders.map((folder) => `${root}/${folder}`))];
}

export interface FindFiles {
  readonly root: string;
  readonly folders: readonly string[];
  readonly dataPath: DataPath;
  /** Name of this search: while an earlier search of the same name still hangs, no second one is started. */
  readonly alone: string;
  readonly newerThan?: Date;
}

export async function findFiles(
  host: Host,
  { root, folders, dataPath, alone, newerThan }: FindFiles,
): Promise<Listed[]> {
  const depth = dataPath.anyDepth ? [] : ['-maxdepth', '1'];
  const newer = newerThan ? ['-newermt', `@${Math.floor(newerThan.getTime() / 1000)}`] : [];
  const tests = ['-type', 'f', '-name', dataPath.file.glob, ...newer];
  const { exit_code, stdout, stderr } = await host.run(
    ['find', '-H', ...folders, ...depth, ...tests, '-printf', '%T@\\t%s\\t%p\\0'],
    { alone },
  );
  // A day without a folder yet is no error, but a missing root is: host.stat below throws for it.
  const errors = stderr
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().endsWith('No such file or directory'));
  if (isNonGnuFind(stderr)) throw new Error(`${host.name} has no GNU find: ${firstLine(stderr)}`);
  if (exit_code !== 0 && errors.length > 0) throw new Error(`searching ${root} failed: ${firstLine(errors[0] ?? '')}`);
  if (exit_code !== 0) await host.stat(root);
  return parseFound(stdout, root);
}
