// Small text helpers for messages.
import { oneLine } from './harmless.ts';

/** Why a file of a newer version of this product is not believed; undefined for one of a known version. */
export const newerLayout = (what: string, version: number, known: number): string | undefined =>
  version > known
    ? `${what} was written by a newer version of ops-monitor (layout ${version}; this version knows ${known})`
    : undefined;

/** `1 file`, `2 files`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

/** `a, b and 3 more`. `count`: of how many the words are the first few. */
export function listed(words: readonly string[], most = 5, count = words.length): string {
  const named = words.slice(0, most);
  return count <= named.length ? named.join(', ') : `${named.join(', ')} and ${count - named.length} more`;
}

/** The first line of a program's output, cut to fit one line of a report. */
export function firstLine(text: string, most = 200): string {
  const line = oneLine(text.trim().split(/[\r\n]/, 1)[0] ?? '');
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}

export const escapePattern = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Matches a text in which `*` stands for any characters. Not by a regular expression, whose time grows with a power of the
 * text's length for each `*`: the text may be anybody's. */
export function wildcard(pattern: string): { readonly test: (text: string) => boolean } {
  const [first = '', ...parts] = pattern.split('*');
  const last = parts.pop();
  return {
    test: (text) => {
      if (last === undefined) return text === first;
      if (!text.startsWith(first) || !text.endsWith(last)) return false;
      let at = first.length;
      for (const part of parts) {
        const found = text.indexOf(part, at);
        if (found < 0) return false;
        at = found + part.length;
      }
      return at <= text.length - last.length;
    },
  };
}

/** The known word closest to a mistyped one; undefined where none is close enough. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = closestWords(word, known, 1);
  const most = word.length <= 3 ? 1 : Math.max(2, Math.floor(word.length / 3));
  return best !== undefined && editDistance(word, best) <= most ? best : undefined;
}

export const closestWords = (word: string, known: readonly string[], most: number): string[] =>
  known
    .map((candidate) => ({ candidate, edits: editDistance(word, candidate) }))
    .sort((a, b) => a.edits - b.edits)
    .slice(0, most)
    .map(({ candidate }) => candidate);

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return row[b.length] ?? Infinity;
}

/** An error as one line: its message and the messages of its causes that add something. */
export function reasonOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return oneLine(String(thrown));
  const inner: unknown = thrown.cause ?? (thrown instanceof AggregateError ? thrown.errors[0] : undefined);
  const cause = inner === undefined ? '' : reasonOf(inner);
  const message = oneLine(thrown.message) || (cause === '' ? thrown.name : '');
  return [message, ...(message.includes(cause) ? [] : [cause])].filter((part) => part !== '').join(': ');
}

const wordsOfCode: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist: a part of the path is not a folder',
  EACCES: 'cannot be opened by this user: no permission',
  EIO: 'is on a disk or a server that reports an error (EIO)',
  ESTALE: 'is no longer known to its server (ESTALE)',
  ELOOP: 'is a loop of symbolic links',
};

/** System calls that only look. */
const looks = new Set(['open', 'stat', 'lstat', 'scandir', 'readlink', 'realpath', 'statfs', 'read']);

/** Why a reading failed: like reasonOf, with plain words for a path that was looked at, in place of
 * `ENOENT: no such file or directory, lstat '/data'`. */
export function readingReason(thrown: unknown): string {
  const { code, path, syscall } = (thrown ?? {}) as { code?: unknown; path?: unknown; syscall?: unknown };
  if (typeof code !== 'string' || typeof path !== 'string' || !looks.has(String(syscall))) return reasonOf(thrown);
  return Object.hasOwn(wordsOfCode, code) ? `${oneLine(path)} ${wordsOfCode[code]}` : reasonOf(thrown);
}

/** `sync-data.timer` → `sync_data_timer`, `/` → `root`: a name usable as part of a variable's name. A name that would
 * lose letters (`/data/größe` → `data_grosse_4f0c1d2e`) or that has none gets a fingerprint, so that two such names stay
 * two. Two ASCII names may still become one (`a-b`, `a_b`): whoever uses these names refuses that or reports it. */
export function identifierOf(name: string): string {
  const isAscii = /^[ -~]*$/.test(name);
  const plain = (isAscii ? name : withoutAccents(name)).replaceAll(/\W+/g, '_').replaceAll(/^_+|_+$/g, '');
  if (isAscii && plain !== '') return plain;
  if (name === '' || name === '/') return 'root';
  return `${plain === '' ? 'name' : plain}_${fingerprint(name).slice(0, 8)}`;
}

const withoutAccents = (name: string): string =>
  name
    .replaceAll('ß', 'ss')
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036F]/g, '');

/** 16 hex digits that change when the text does (FNV-1a, twice). Not for security. */
export function fingerprint(text: string): string {
  const hash = (seed: number): string => {
    let sum = seed;
    for (let index = 0; index < text.length; index++) sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193);
    return (sum >>> 0).toString(16).padStart(8, '0');
  };
  return hash(0x811c9dc5) + hash(0x050c5d1f);
}
