// Compares what was found on a machine with what a configuration watches.
import type { Finding } from './finding.ts';

/** What a configuration watches on this machine. */
export interface Watched {
  /** The mount points that its filesystems lie on. */
  readonly mountPoints: readonly string[];
  readonly units: readonly string[];
  readonly urls: readonly string[];
  readonly checkouts: readonly string[];
  readonly streams: readonly { readonly root: string; readonly files: string }[];
}

/** The entries that could be watched, and are not. Suggestions are compared only where they name something of this machine. */
export const unwatched = (findings: readonly Finding[], watched: Watched): Finding[] =>
  findings.filter((finding) => isComparable(finding) && !isWatched(finding, watched, findings));

const isComparable = ({ key }: Finding): boolean =>
  ['filesystems', 'services', 'endpoints', 'git', 'streams'].includes(key);

function isWatched(finding: Finding, watched: Watched, all: readonly Finding[]): boolean {
  const { key, name, value } = finding;
  const { mountPoints, units, urls, checkouts } = watched;
  const text = typeof value === 'string' ? value : '';
  if (key === 'filesystems') return mountPoints.includes(text || textIn(value, 'path'));
  if (key === 'services') return units.includes(name);
  if (key === 'git') return checkouts.includes(text);
  if (key === 'streams') return isWatchedStream(finding, watched, all);
  return urls.some((url) => isSameServer(url, text));
}

/** Where several streams lie in one folder, the pattern of the files tells them apart; otherwise a person may have written another. */
function isWatchedStream({ value }: Finding, { streams }: Watched, all: readonly Finding[]): boolean {
  const [root, files] = [textIn(value, 'source', 'root'), textIn(value, 'source', 'files')];
  const isAlone = all.filter((other) => textIn(other.value, 'source', 'root') === root).length === 1;
  return streams.some((stream) => stream.root === root && (isAlone || stream.files === files));
}

/** The text at a path of keys; empty where there is none. */
function textIn(value: unknown, ...path: readonly string[]): string {
  let found = value;
  for (const name of path)
    found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[name] : undefined;
  return typeof found === 'string' ? found : '';
}

/** Any page of the same server on this machine, by whatever name of it. */
function isSameServer(url: string, found: string): boolean {
  const [one, other] = [URL.parse(url), URL.parse(found)];
  const portOf = ({ protocol, port }: URL): string => port || (protocol === 'https:' ? '443' : '80');
  const isLocal = /^(localhost|127\.[\d.]+|\[::1\])$/.test(one?.hostname ?? '');
  return one !== null && other !== null && isLocal && portOf(one) === portOf(other);
}
