// The shell scripts that list files and folders on the local or a remote machine. The output is parsed by parse/listing.ts.

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

/**
 * POSIX sh. The arguments are the listings, each as the count of its words, then the words. The last `find` replaces the
 * shell, so that a note about a hanging listing names the process that hangs.
 *
 * `find` visits `ROOT/.` last and prints an end mark for it. The mark proves that the root exists and that `find` came to the
 * end. Links to files are files with the size of their target; links to folders are not followed, because they can lead
 * back to a folder above.
 */
const listFilesScript = `set -u
cd /
list() {
  depth=$1 glob=$2 newer=$3
  shift 3
  $replace find -H "$@" -ignore_readdir_race -maxdepth "$depth" \\( -name . -prune -printf '# end\\0' \\) -o -name "$glob" \\( \\
    -type f \${newer:+-newermt "$newer"} -printf '%T@\\t%s\\t%p\\0' -o -type l -xtype f -exec \\
    sh -c 'find -L "$@" -maxdepth 0 -type f \${0:+-newermt "$0"} -printf "%T@\\t%s\\t%p\\0"' "$newer" {} + \\)
}
while :; do
  count=$1 i=1 words=
  while [ "$i" -le "$count" ]; do
    i=$((i + 1))
    words="$words \\"\\\${$i}\\""
  done
  if [ "$#" -eq "$i" ]; then
    replace=exec
    eval "list $words"
  fi
  replace=
  eval "list $words"
  printf '\\0# exit %s\\0' "$?"
  echo '# next' >&2
  shift "$i"
done
`;

const everyDepth = '1000';

export const listFilesArgv = (listings: readonly FolderListing[]): string[] => [
  'sh',
  '-c',
  listFilesScript,
  'list-files',
  ...listings.flatMap(({ root, folders, glob, anyDepth, newerThan }) => {
    const newer = newerThan ? `@${Math.floor(newerThan.getTime() / 1000)}` : '';
    const words = [anyDepth ? everyDepth : '1', glob, newer, ...folders, `${root}/.`];
    return [String(words.length), ...words];
  }),
];

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
