// Parses the output of POSIX df and GNU find on another machine, and the errors of ssh when it cannot connect.
import type { FilesystemStat, PathStat } from '../contract/host.ts';
import { firstLine } from '../core/text.ts';

/** Parses `df -kP PATH`: a header with the block size, and one line whose numbers stand before the last column. POSIX df
 * prints no inodes, so they are 0. The column Capacity is compared: numbers that do not fit it are another line's, or cut. */
export function parseDf(text: string): FilesystemStat {
  const match = /^Filesystem\s+(\d+)-blocks\s[^\n]*\n[^\n]*\s(\d+)\s+(\d+)\s+(-?\d+)\s+(\d+)%\s+\/[^\n]*\n$/.exec(text);
  const fail = (why: string): Error => new Error(`${why}: ${JSON.stringify(text.slice(0, 200))}`);
  if (!match) throw fail('df -kP did not print a filesystem');
  const [block_bytes = 0, blocks = 0, used = 0, available = 0, capacity = 0] = match.slice(1).map(Number);
  if (![512, 1024].includes(block_bytes)) throw fail(`df -kP counts in blocks of ${block_bytes} bytes`);
  // POSIX rounds up; some df round to the nearest.
  const percent = used + available <= 0 ? 100 : (used / (used + available)) * 100;
  if (used > blocks || Math.abs(percent - capacity) > 1.01)
    throw fail(`df -kP contradicts itself (Capacity is ${capacity}%, the other columns give ${percent.toFixed(1)}%)`);
  return {
    block_bytes,
    blocks,
    free_blocks: blocks - used,
    available_blocks: Math.max(0, available),
    inodes: 0,
    free_inodes: 0,
  };
}

const kinds: Readonly<Record<string, PathStat['kind']>> = { f: 'file', d: 'folder', l: 'link' };

/** Parses `find PATH -maxdepth 0 -printf '%y\t%s\t%T@\t%l'`. */
export function parseFindStat(text: string): PathStat {
  const match = /^(\w)([0-7]*)\t(\d+)\t(-?\d+(?:\.\d+)?)\t([^]*)$/.exec(text);
  if (!match) throw new Error(`find did not print a path's state: ${JSON.stringify(text.slice(0, 120))}`);
  const [, kind = '', mode = '', size, seconds, target = ''] = match;
  // Rounded, as Node rounds the time of a file that it reads itself.
  const modified = new Date(Math.round(Number(seconds) * 1000));
  if (Number.isNaN(modified.getTime())) throw new Error(`find printed a time that is no date: ${seconds} s`);
  return {
    kind: kinds[kind] ?? 'other',
    size_bytes: Number(size),
    modified_at: modified.toISOString(),
    ...(kind === 'l' ? { target } : {}),
    ...(mode === '' ? {} : { permissions: mode.padStart(3, '0') }),
  };
}

/** Whether `find` is not GNU's: recognised by its complaint about our options. */
export const isNonGnuFind = (stderr: string): boolean =>
  /-printf|unrecognized|unknown predicate|illegal option/.test(stderr);

export interface Attempt {
  readonly pid: string;
  readonly since: string;
}

/** Parses lines of `PID SINCE NAME`: attempts of earlier connections that still run there, by the name of the work. */
export function parseAttempts(text: string): Map<string, Attempt> {
  const attempts = new Map<string, Attempt>();
  for (const line of text.split('\n')) {
    const [pid, since, name] = line.split(' ');
    if (pid && since && name) attempts.set(name, { pid, since });
  }
  return attempts;
}

// The first match wins; the patterns are messages of OpenSSH 8.4 to 9.9.
const sshReasons: readonly [RegExp, string][] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    'its host key has changed: somebody reinstalled it, or it is another machine',
  ],
  [
    /Host key verification failed|No \w+ host key is known/,
    'its host key is not known here: log in once as this user, or add it to known_hosts',
  ],
  [/Permission denied|Too many authentication failures/, 'it refuses our key'],
  [
    /mux_client_request_session: session request failed|Session open refused|open failed: (?:administratively prohibited|connect failed)/,
    'it refuses more sessions in one connection: raise MaxSessions in its sshd_config (10 is the default and enough)',
  ],
  [/banner exchange|Connection timed out during/, 'it accepts the connection, but sends no ssh banner'],
  [/Could not resolve hostname/, 'its name cannot be resolved'],
  [/Connection refused/, 'it refuses the connection: is sshd running?'],
  [/No route to host|Network is unreachable/, 'there is no route to it'],
  [/Connection timed out|Operation timed out/, 'it does not answer'],
  [/kex_exchange_identification|Connection (?:reset|closed)/, 'it closed the connection before any login'],
];

/** Why ssh could not connect, worded so that the reader knows what to check; for an unknown error, ssh's last line. */
export function sshReason(stderr: string): string {
  const known = sshReasons.find(([pattern]) => pattern.test(stderr));
  if (known) return known[1];
  const lines = stderr.split('\n').map((line) => line.trim());
  // The other side writes it: one line of a report.
  return firstLine(lines.findLast((line) => line !== '') ?? '') || 'ssh gave no reason';
}
