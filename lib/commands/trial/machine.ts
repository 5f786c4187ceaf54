// Tries what no probe reads: the folders that the monitor writes to, recorded machines, and the programs of plugins, which
// are looked for and not run.
import type { Configuration } from '../../config/schema.ts';
import type { Host } from '../../contract/host.ts';
import { counted, readingReason } from '../../core/text.ts';
import { type Finding, ok, problem, tried } from './finding.ts';

type OpenHost = (name: string, signal: AbortSignal) => Host;

const seconds = 12;

/** `$1` is a folder that a stage writes in, or creates. Exits with 3 where it is no folder and with 4 where this user may not
 * write, and prints the nearest path that exists. */
const writableScript = `path=$1
while [ ! -e "$path" ]; do path=$(dirname -- "$path"); done
printf '%s' "$path"
[ -d "$path" ] || exit 3
[ -w "$path" ] && [ -x "$path" ] || exit 4`;

/** `$1` is a program, with a path or in a folder of the PATH. Exits with 3 where there is none, with 4 where it may not be run. */
const programScript = `code=3
try() {
  [ -f "$1" ] || return 0
  if [ -x "$1" ]; then printf '%s' "$1"; exit 0; fi
  code=4
}
case $1 in
*/*) try "$1" ;;
*) IFS=:; for folder in $PATH; do try "$folder/$1"; done ;;
esac
exit $code`;

/** `here` is this machine, also where the configuration calls a recorded one `local`. */
export const tryMachine = (config: Configuration, openHost: OpenHost, here: OpenHost): Promise<Finding[]> =>
  Promise.all([...tryFolders(config, here), ...tryRecordedHosts(config, openHost), ...tryPlugins(config, openHost)]);

const tryFolders = ({ files }: Configuration, here: OpenHost): Promise<Finding>[] =>
  Object.entries(files).flatMap(([name, folder]) => {
    if (folder === undefined) return [];
    const path = ['files', name];
    const work = async (): Promise<Finding> => {
      const host = here('local', AbortSignal.timeout(seconds * 1000));
      const argv = ['sh', '-c', writableScript, 'writable', folder];
      const { exit_code, stdout: nearest, stderr } = await host.run(argv, { alone: `try-files-${name}` });
      if (exit_code === 0)
        return ok(path, nearest === folder ? `${folder} can be written to` : `${folder} can be made in ${nearest}`);
      if (exit_code === 3) return problem(path, `${nearest} is no folder`, `Correct files.${name}`);
      if (exit_code === 4)
        return problem(path, `this user may not write in ${nearest}`, 'Change its owner, or name another folder');
      throw new Error(`looking at ${folder} failed: ${stderr}`);
    };
    return [tried(path, seconds, work)];
  });

const tryRecordedHosts = ({ hosts }: Configuration, openHost: OpenHost): Promise<Finding>[] =>
  Object.entries(hosts).flatMap(([name, host]) => {
    if (!('folder' in host)) return [];
    const path = ['hosts', name, 'folder'];
    const work = async (): Promise<Finding> => {
      const names = await openHost(name, AbortSignal.timeout(seconds * 1000)).list('/');
      return ok(path, `${host.folder} is a recorded machine (${counted(names.length, 'entry', 'entries')} in its /)`);
    };
    return [
      tried(path, seconds, () =>
        work().catch((error: unknown) => problem(path, readingReason(error), 'Record it with record-host')),
      ),
    ];
  });

const tryPlugins = ({ plugins }: Configuration, openHost: OpenHost): Promise<Finding>[] =>
  Object.entries(plugins).map(([name, { command, host = 'local' }]) => {
    const path = ['plugins', name];
    const [program = ''] = command;
    const where = host === 'local' ? '' : ` on ${host}`;
    const work = async (): Promise<Finding> => {
      const machine = openHost(host, AbortSignal.timeout(seconds * 1000));
      const argv = ['sh', '-c', programScript, 'find-program', program];
      const { exit_code, stdout: found, stderr } = await machine.run(argv, { alone: `try-plugin-${name}` });
      if (exit_code === 0) return ok(path, `${found} is there${where}, and may be run; it was not run`);
      if (exit_code === 3)
        return problem(path, `there is no program ${program}${where}`, 'Install it, or correct the path');
      if (exit_code === 4) return problem(path, `${program}${where} may not be run by this user`, 'Try: ls -l on it');
      throw new Error(`looking for ${program}${where} failed: ${stderr}`);
    };
    return tried(path, seconds, work);
  });
