// Reads texts in the text format of Prometheus: a file, the files that match a pattern, or a URL. The metrics of one run that
// name the same place share one read, so that ten metrics of one URL cost one request.
import type { Host } from '../contract/host.ts';
import { join } from '../core/path.ts';
import { maskUrls } from '../core/urls.ts';
import { wildcard } from '../core/text.ts';

const mostFiles = 32;
const mostBytes = 16 * 1024 * 1024;

export interface Exposition {
  /** Path of the file, or the URL without its secrets. */
  readonly name: string;
  readonly text: string;
  /** Absent for a URL: its values are those of now. */
  readonly modified_at?: string;
}

type OpenHost = (name?: string, signal?: AbortSignal) => Host;

export type Place =
  { readonly host: string | undefined; readonly file: string } | { readonly url: string; readonly timeoutMs: number };

const known = new WeakMap<object, Map<string, Promise<readonly Exposition[]>>>();

/** The texts of a place; `run` is the identity of one run of the probes. */
export function expositionsOf(run: object | undefined, open: OpenHost, place: Place): Promise<readonly Exposition[]> {
  const read = () => ('url' in place ? readUrl(open(), place) : readFiles(open(place.host), place.file));
  if (!run) return read();
  const ofRun = known.get(run) ?? new Map<string, Promise<readonly Exposition[]>>();
  known.set(run, ofRun);
  const key = JSON.stringify(place);
  const found = ofRun.get(key) ?? read();
  ofRun.set(key, found);
  return found;
}

async function readUrl(
  host: Host,
  { url, timeoutMs }: { readonly url: string; readonly timeoutMs: number },
): Promise<readonly Exposition[]> {
  const { status, error = 'it has no body', body } = await host.get(url, { timeoutMs, bodyBytes: mostBytes });
  const name = maskUrls(url);
  if (status === undefined) throw new Error(`${name} does not answer: ${error}`);
  if (status !== 200) {
    const isRedirect = status >= 300 && status < 400;
    throw new Error(
      `${name} answers with status ${status}, not 200${isRedirect ? '; redirects are not followed' : ''}`,
    );
  }
  if (body === undefined) throw new Error(`the answer of ${name} cannot be used: ${error}`);
  return [{ name, text: body }];
}

async function readFiles(host: Host, file: string): Promise<readonly Exposition[]> {
  const paths = file.includes('*') ? await pathsMatching(host, file) : [file];
  const files = await Promise.all(paths.map(async (name) => ({ name, ...(await describeTarget(host, name)) })));
  const bytes = files.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  if (bytes > mostBytes) throw new Error(`${file} is too large to be read whole: ${bytes} bytes`);
  return Promise.all(
    files.map(async ({ name, modified_at }) => ({ name, modified_at, text: await host.readText(name) })),
  );
}

/** A symbolic link has a time of its own. */
async function describeTarget(host: Host, path: string) {
  const found = await host.stat(path);
  return found.kind === 'link' ? host.stat(await host.realpath(path)) : found;
}

/** As in a shell, a `*` at the beginning matches no hidden file. */
async function pathsMatching(host: Host, pattern: string): Promise<string[]> {
  const folder = pattern.slice(0, pattern.lastIndexOf('/')) || '/';
  const wanted = pattern.slice(pattern.lastIndexOf('/') + 1);
  const matches = wildcard(wanted);
  const names = (await host.list(folder)).filter(
    (name) => matches.test(name) && (!name.startsWith('.') || wanted.startsWith('.')),
  );
  if (names.length === 0) throw new Error(`no file matches ${pattern}`);
  if (names.length > mostFiles)
    throw new Error(`${names.length} files match ${pattern}, and at most ${mostFiles} are read: narrow the pattern`);
  return names.toSorted().map((name) => join(folder, name));
}
