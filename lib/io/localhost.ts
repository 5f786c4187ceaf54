// Implements Host for this machine.
import {
  lstat,
  type Stats,
  type StatsFs,
  readdir,
  readdirSync,
  readlink,
  realpath,
  realpathSync,
  statfs,
} from 'node:fs';
export { hostname } from 'node:os';
import type { Host, PathStat } from '../contract/host.ts';
import { join } from '../core/path.ts';
import { fingerprint } from '../core/text.ts';
import { callOnPool } from './leave.ts';
import { isKernelFile, readKernelFile } from './kernel.ts';
import { listProcFolder, readProcText } from './proc.ts';
import { readFromMemory, readWhole } from './read-whole.ts';

export interface LocalSettings {
  /** Folder for the notes about children that may hang. */
  readonly notes: string;
  readonly userAgent: string;
}

/** Opens this machine for one cycle. Texts and path states are cached within it: twelve filesystems need the mount table and
 * the same few folders, and a path that hangs must hold one thread of the pool, not twelve. */
export function localHostOpener({ notes, userAgent }: LocalSettings): (signal: AbortSignal) => Host {
  // libuv reads this when it first needs a thread. With its default of four threads, four paths on one dead disk would
  // block all other readings.
  process.env['UV_THREADPOOL_SIZE'] ??= '24';
  const notePath = (alone: string): string => {
    const name = encodeURIComponent(alone);
    // A name of a file has at most 255 characters; two long names may begin alike.
    return join(notes, `${name.length > 200 ? `${name.slice(0, 180)}-${fingerprint(alone)}` : name}.json`);
  };
  const texts = new Map<string, Promise<string>>();
  const stats = new Map<string, Promise<PathStat>>();
  return (signal) => ({
    name: 'local',
    signal,
    readText: (path) =>
      isKernelFile(path)
        ? readKernelFile(path)
        : once(texts, path, async () => readProcText(path) ?? (await readWhole(path)).toString('utf8')),
    readBytes: async (path, range) => (range && readFromMemory(path, range)) ?? readWhole(path, range),
    list: async (path) =>
      isKernelFile(path) ? readdirSync(path) : (listProcFolder(path) ?? callOnPool((done) => readdir(path, done))),
    stat: (path) => once(stats, path, () => describePath(path)),
    realpath: async (path) =>
      isKernelFile(path) ? realpathSync.native(path) : callOnPool((done) => realpath.native(path, done)),
    statfs: async (path) => {
      const found = await callOnPool<StatsFs>((done) => statfs(path, done));
      return {
        block_bytes: found.bsize,
        blocks: found.blocks,
        free_blocks: found.bfree,
        available_blocks: found.bavail,
        inodes: found.files,
        free_inodes: found.ffree,
      };
    },
    // Loaded on demand: the beat reads a few kernel files and needs neither programs nor the network.
    run: async (argv, { alone, onOutput } = {}) =>
      (await import('./process.ts')).readByProgram(argv, {
        signal,
        env: { HOME: process.env['HOME'] },
        onOutput,
        ...(alone === undefined ? {} : { aloneNote: notePath(alone) }),
      }),
    hangs: async (alone) => (await import('./process.ts')).runningNote(notePath(alone)) !== undefined,
    get: async (url, { authorization: reference, ...options }) => {
      const { getUrl } = await import('./http.ts');
      const ask = { ...options, signal, userAgent };
      if (!url.includes('$') && reference === undefined) return getUrl(url, ask);
      const { makeNet, withSecrets, withoutSecrets } = await import('./net.ts');
      const secret = reference === undefined ? undefined : makeNet().secret(reference);
      if (secret && 'missing' in secret) throw new Error(secret.missing);
      const authorization = secret?.value;
      const reply = await getUrl(withSecrets(url), { ...ask, authorization });
      return reply.body === undefined ? reply : { ...reply, body: withoutSecrets(reply.body, url, authorization) };
    },
    converse: async (conversation) => {
      const { converse } = await import('./converse.ts');
      const { makeNet } = await import('./net.ts');
      return converse(conversation, (reference) => makeNet().secret(reference));
    },
    resolve: async (question) => (await import('./resolve.ts')).resolveName(question),
  });
}

function once<Value>(known: Map<string, Promise<Value>>, key: string, ask: () => Promise<Value>): Promise<Value> {
  const found = known.get(key) ?? ask();
  known.set(key, found);
  return found;
}

async function describePath(path: string): Promise<PathStat> {
  const found = await callOnPool<Stats>((done) => lstat(path, done));
  const link = found.isSymbolicLink();
  const kind = link ? 'link' : found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
  return {
    kind,
    size_bytes: found.size,
    modified_at: found.mtime.toISOString(),
    permissions: (found.mode & 0o7777).toString(8).padStart(3, '0'),
    ...(link ? { target: await callOnPool<string>((done) => readlink(path, done)) } : {}),
  };
}
