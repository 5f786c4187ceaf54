// The shell script that runs `git status` on a checkout whose owner is not trusted.
//
// A repository's configuration can name programs, protocols and folders in more ways than a list of forbidden keys can
// hold (16 variants were tried against such a list, and 6 ran code). So git never reads that configuration: the script makes
// a git directory of its own in memory, with a configuration of its own, and links to what is data: refs, objects, index,
// ignore rules. A few keys that change what `git status` says, and nothing else, are taken over by name.

/**
 * POSIX sh; the argument is the path of the checkout. It ends with `# end` on success. Its limits: 256 MiB of memory, and no
 * file may be written once git starts. What the shell can do by itself it does, because each program costs a millisecond.
 */
export const gitStatusScript = `set -u
umask 077
ulimit -c 0
ulimit -d 262144
fail() { printf '%s\\n' "$1" >&2; exit 65; }

[ -d "$1" ] || fail 'there is no such folder'
cd -- "$1" 2>/dev/null || fail 'the folder may not be entered'
checkout=$(pwd -P)

# A pointer (a .git file, a link, commondir) may name only a folder that belongs to the pointer's own owner: otherwise
# whoever owns the checkout could look into repositories that only the monitor can read.
followed() {
  folder=$(cd -- "$2" && pwd -P) || exit 65
  owner=$(stat -c %u -- "$1")
  [ "$owner" = 0 ] || [ "$owner" = "$(stat -c %u -- "$folder")" ] ||
    fail "$1 points to $folder, which belongs to another user"
}

if [ -L .git ]; then followed .git .git
elif [ -d .git ]; then folder=$checkout/.git
elif [ -f .git ]; then
  line=$(head -c 4096 .git)
  case $line in 'gitdir: '*) ;; *) fail "its .git is not a git directory, and names none" ;; esac
  followed .git "\${line#gitdir: }"
elif [ -d objects ] && [ -d refs ] && [ -f HEAD ]; then
  fail 'it is a bare repository, which has no files whose state could be read'
else fail 'it is not a git checkout: it has no .git'
fi
git_folder=$folder
if [ -f "$git_folder/commondir" ]; then
  line=$(head -c 4096 "$git_folder/commondir")
  case $line in /*) ;; *) line=$git_folder/$line ;; esac
  followed "$git_folder/commondir" "$line"
fi
common=$folder
[ -d "$common/objects" ] && [ -f "$git_folder/HEAD" ] || fail "$git_folder is not a git directory: it has no objects or no HEAD"

# Folders of killed runs are swept: each is named after its process.
memory=/dev/shm
[ -w $memory ] || memory=/tmp
for old in $memory/ops-monitor-git-*; do
  [ ! -O "$old" ] || [ -L "$old" ] || kill -0 "\${old##*-}" 2>/dev/null || rm -rf "$old"
done
own=$memory/ops-monitor-git-$$
mkdir -m 700 "$own" || exit 65
trap 'rm -rf "$own"' EXIT
trap 'exit 143' TERM INT HUP
IFS= read -r head <"$git_folder/HEAD"
printf '%s\\n' "$head" >"$own/HEAD"
info=$common/info
if [ "$git_folder" != "$common" ]; then
  info=
  mkdir "$own/info" &&
    ln -s "$common/info/exclude" "$common/info/attributes" "$common/info/grafts" "$git_folder/info/sparse-checkout" "$own/info/" ||
    exit 65
fi
ln -s "$common/refs" "$common/reftable" "$common/packed-refs" "$common/shallow" \${info:+"$info"} "$own/" || exit 65
for file in "$git_folder"/sharedindex.*; do
  [ -f "$file" ] && ln -s "$file" "$own/"
done

export GIT_DIR="$own" GIT_WORK_TREE="$checkout" GIT_INDEX_FILE="$git_folder/index" GIT_OBJECT_DIRECTORY="$common/objects"
export HOME="$own" GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_SYSTEM=/dev/null GIT_CONFIG_GLOBAL=/dev/null GIT_ATTR_NOSYSTEM=1
export GIT_ALLOW_PROTOCOL=none GIT_NO_LAZY_FETCH=1 GIT_OPTIONAL_LOCKS=0 GIT_TERMINAL_PROMPT=0

wanted='^(core\\.(filemode|symlinks|ignorecase|precomposeunicode|autocrlf|eol|trustctime|checkstat|sparsecheckout|sparsecheckoutcone)|extensions\\.(objectformat|refstorage)|branch\\..*\\.(remote|merge)|remote\\..*\\.fetch)$'
settings() {
  [ -e "$1" ] || return 0
  (ulimit -f 8192 && exec git config --file "$1" --no-includes -z --get-regexp "$wanted") >"$own/settings"
  [ $? -le 1 ] || fail "its configuration, $1, cannot be read"
  # A line break in a value would begin a key of its own, which nobody asked for.
  tr '\\n\\000' ' \\n' <"$own/settings"
}
theirs=$(settings "$common/config" && settings "$git_folder/config.worktree") || exit 65

# Only the upstream of the branch that is checked out is needed: a repository may have thousands of branches.
branch=\${head#ref: refs/heads/}
remote=
count=0
take() {
  eval "export GIT_CONFIG_KEY_$count=\\$1 GIT_CONFIG_VALUE_$count=\\$2"
  count=$((count + 1))
}
format=
each() {
  while IFS= read -r line; do
    key=\${line%% *}
    value=\${line#* }
    [ "$key" != "$line" ] || value=true
    [ $count -lt 60 ] || continue
    "$1"
  done <<END
$theirs
END
}
plain() {
  case $key in
    "branch.$branch.remote") remote=$value && take "$key" "$value" ;;
    "branch.$branch.merge" | core.*) take "$key" "$value" ;;
    extensions.objectformat | extensions.refstorage)
      case $value in sha1 | sha256 | files | reftable) format="$format
\${key#extensions.} = $value" ;; *) fail "its \${key#extensions.} $value is not known" ;; esac ;;
  esac
}
refspec() { [ "$key" != "remote.$remote.fetch" ] || take "$key" "$value"; }
each plain
# git knows a remote only by its URL; nothing is ever fetched from this one.
if [ -n "$remote" ] && [ "$remote" != . ]; then
  each refspec
  take "remote.$remote.url" none:
fi
for setting in core.fsmonitor=false core.untrackedcache=false core.preloadindex=false index.threads=1 \\
  core.packedgitwindowsize=16m core.packedgitlimit=64m core.deltabasecachelimit=16m core.bigfilethreshold=16m; do
  take "\${setting%%=*}" "\${setting#*=}"
done
export GIT_CONFIG_COUNT=$count
if [ -z "$format" ]; then printf '[core]\\nrepositoryformatversion = 0\\n'
else printf '[core]\\nrepositoryformatversion = 1\\n[extensions]%s\\n' "$format"
fi >"$own/config"

ulimit -f 0
# A submodule has a configuration of its own, so git looks at its commit and not into its files.
git status --porcelain=v2 --branch --untracked-files=normal --ignore-submodules=dirty || exit
[ ! -e "$checkout/.gitmodules" ] || printf '# submodules\\n'
printf '# end\\n'
`;
