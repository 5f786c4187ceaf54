// Scripts of POSIX sh and GNU find that read one path: on another machine, and on this one where a read may hang.
import { codedError } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { firstLine } from '../core/text.ts';
import { isNonGnuFind, parseDf, parseFindStat } from '../parse/remote.ts';

/** Exit codes of the scripts where the path does not exist, and where it is not a regular file. */
const codes = { missing: 44, irregular: 45 } as const;

/** Keeps cat from blocking on a FIFO, long after this process has ended. */
const onlyRegular = `[ -f "$1" ] || exit ${codes.irregular}`;

/** `cd` takes folders only. */
const folderOrFile = 'if [ -d "$1" ]; then cd -- "$1" && pwd -P; else exec readlink -f -- "$1"; fi';

/** Bytes travel as text, because the output of a program is decoded as UTF-8. Not every machine has base64, which is shorter. */
const encoders = {
  hex: { whole: 'exec od -An -v -tx1 -- "$1"', part: 'exec od -An -v -tx1 -j "$2" -N "$3" -- "$1"' },
  base64: { whole: 'exec base64 -w 0 -- "$1"', part: 'tail -c "+$(($2 + 1))" -- "$1" | head -c "$3" | base64 -w 0' },
} as const;

export type PathReads = Pick<Host, 'readText' | 'readBytes' | 'list' | 'stat' | 'realpath'>;

interface Means {
  readonly run: Host['run'];
  /** The other machine's name, for messages. */
  readonly machine?: string;
  readonly encoding: keyof typeof encoders;
}

/** While a read of a path still hangs, no second one like it is started. */
export function readsByScript({ run, machine, encoding }: Means): PathReads & Pick<Host, 'statfs'> {
  const where = machine === undefined ? '' : ` on ${machine}`;
  /** A recording keeps the script's name, not its text. */
  const script = async (name: string, path: string, text: string, more: readonly string[] = []): Promise<string> => {
    const guarded = `[ -e "$1" ] || [ -L "$1" ] || exit ${codes.missing}; ${text}`;
    const words = [name, path, ...more];
    const { exit_code, stdout, stderr } = await run(['sh', '-c', guarded, ...words], { alone: words.join(' ') });
    if (exit_code === 0) return stdout;
    if (exit_code === codes.missing) throw codedError('ENOENT', `${path} does not exist${where}`);
    if (exit_code === codes.irregular) throw new Error(`${path}${where} is not a regular file`);
    if (isNonGnuFind(stderr)) throw new Error(`${machine ?? 'this machine'} has no GNU find: ${firstLine(stderr)}`);
    throw new Error(`${name} of ${path}${where} failed: ${firstLine(stderr) || `exit ${exit_code}`}`);
  };
  return {
    readText: (path) => script('read-text', path, `${onlyRegular}; exec cat -- "$1"`),
    readBytes: async (path, range) => {
      const { whole, part } = encoders[encoding];
      const more = range ? [String(range.start), String(range.length)] : [];
      const text = await script('read-bytes', path, `${onlyRegular}; ${range ? part : whole}`, more);
      return Buffer.from(text.replaceAll(/\s/g, ''), encoding);
    },
    list: async (path) => {
      const names = await script('list', path, `exec find "$1" -mindepth 1 -maxdepth 1 -printf '%f\\0'`);
      return names.split('\0').filter((entry) => entry !== '');
    },
    stat: async (path) =>
      parseFindStat(await script('stat', path, `exec find "$1" -maxdepth 0 -printf '%y%m\\t%s\\t%T@\\t%l'`)),
    statfs: async (path) => parseDf(await script('df', path, 'exec df -kP -- "$1"')),
    realpath: async (path) => (await script('realpath', path, folderOrFile)).replace(/\n$/, ''),
  };
}
