// The commands that list files and folders on the local or a remote machine. The output is parsed by parse/listing.ts.

/** One listing: the files of some folders below one root. */
export interface FolderListing {
  readonly root: string;
  readonly folders: readonly string[];
  /** Pattern of `find -name`. */
  readonly glob: string;
  /** True: also the files of folders below these folders. */
  readonly anyDepth: boolean;
  readonly newerThan?: Date;
}

/** Stands between two listings. `find` visits this folder, which exists everywhere, and does not enter it. */
export const betweenListings = '/.';

const everyDepth = '1000';
/** Time of modification, size and path. */
const record = String.raw`%T@\t%s\t%p\0`;
/** Lists the files that links lead to; `$0` is what they must be newer than, or empty. */
const listTargets = `find -L "$@" -maxdepth 0 -type f \${0:+-newermt "$0"} -printf '0\\t${record}'`;

interface ListCommand {
  readonly argv: readonly string[];
  /** The number of each listing's selection: the records of the files that match a selection begin with its number. */
  readonly selections: readonly number[];
}

/**
 * Lists several roots with one `find`. All of them are searched to the same depth. `find` visits `ROOT/.` after the folders
 * of a root and prints a mark for it, which proves that the root exists and that `find` came so far.
 *
 * Links to files are files with the size of their target; links to folders are not followed, because they can lead back to
 * a folder above. `find` looks at targets in batches, whose output comes out of order. So a listing by itself looks at
 * them, and a listing among others only says that it has links.
 */
export function listFilesCommand(listings: readonly FolderListing[]): ListCommand {
  const selections: string[][] = [];
  const numbers = listings.map(({ glob, newerThan }) => {
    const newer = newerThan ? ['-newermt', `@${Math.floor(newerThan.getTime() / 1000)}`] : [];
    const selection = ['-name', glob, ...newer];
    const known = selections.findIndex((other) => other.join('\0') === selection.join('\0'));
    return known < 0 ? selections.push(selection) - 1 : known;
  });
  const isAlone = listings.length === 1;
  const eachSelection = (partOf: (selection: readonly string[], number: number) => readonly string[]): string[] =>
    selections.flatMap((selection, number) => [...(number > 0 ? [','] : []), ...partOf(selection, number)]);
  const starts = listings.flatMap(({ root, folders }) => [betweenListings, ...folders, `${root}/.`]);
  const files = eachSelection((selection, number) => [...selection, '-printf', `${number}\\t${record}`]);
  // A link's own time says nothing, so `-newermt` is left out.
  const links = eachSelection(([, glob = '', , newer = ''], number) =>
    isAlone
      ? ['-name', glob, '-xtype', 'f', '-exec', 'sh', '-c', listTargets, newer, '{}', '+']
      : ['-name', glob, '-printf', `${number}\\tlink\\0`],
  );
  const depth = ['-ignore_readdir_race', '-maxdepth', listings[0]?.anyDepth ? everyDepth : '1'];
  const marks = ['(', '-name', '.', '-prune', '-printf', '# %H\\0', ')'];
  const records = ['-o', '-type', 'f', '(', ...files, ')', '-o', '-type', 'l', '(', ...links, ')'];
  const script = ['sh', '-c', 'cd / && exec find -H "$@"', 'list-files'];
  return { argv: [...script, ...starts.slice(1), ...depth, ...marks, ...records], selections: numbers };
}

/**
 * POSIX sh. The arguments are a root and the glob patterns of its folders, level by level: `2026`, `2026/11`. It prints the
 * folders of the last level. The shell's own expansion walks only folders that match, and follows links to folders.
 */
const listFoldersScript = `set -u
IFS=
fail() { printf '%s\\n' "$1" >&2; exit 65; }
readable() { [ -r "$1" ] && [ -x "$1" ] || fail "$1 may not be read"; }
root=$1
[ -d "$root" ] || fail "$root is not a folder"
readable "$root"
shift
while [ "$#" -gt 1 ]; do
  for folder in "$root"/$1/; do [ ! -d "$folder" ] || readable "$folder"; done
  shift
done
for folder in "$root"/$1/; do [ ! -d "$folder" ] || printf '%s\\0' "\${folder%/}"; done
printf '# end\\0'
`;

export const listFoldersArgv = (root: string, levels: readonly string[]): string[] => [
  'sh',
  '-c',
  listFoldersScript,
  'list-folders',
  root,
  ...levels,
];
