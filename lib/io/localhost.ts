// This machine, as a Host.
import { constants } from 'node:fs';
import { lstat, open, readdir, readlink, realpath, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host, PathStat } from '../contract/host.ts';
import { getUrl } from './http.ts';
import { onPool } from './leave.ts';
import { runProgram } from './process.ts';

const mostFileBytes = 16 * 1024 * 1024;

export interface LocalSettings {
  /** Where notes of children that may hang are kept. */
  readonly notes: string;
  readonly userAgent: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens this machine for one cycle: within it a file's text and a path's state are asked for once. Twelve filesystems
 * need the mount table and the same few folders; and a path that hangs holds one thread of the pool, not twelve.
 */
export function localHostOpener({ notes, userAgent, env }: LocalSettings): (signal: AbortSignal) => Host {
  // libuv reads this when it first needs a thread. With its usual four, four paths on one dead disk would hang the
  // readings of all others with them.
  process.env['UV_THREADPOOL_SIZE'] ??= '24';
  const texts = new Map<string, Promise<string>>();
  const stats = new Map<string, Promise<PathStat>>();
  return (signal) => ({
    name: 'local',
    signal,
    readText: (path) => once(texts, path, async () => (await readWhole(path)).toString('utf8')),
    readBytes: (path, range) => readWhole(path, range),
    list: (path) => onPool(() => readdir(path)),
    stat: (path) => once(stats, path, () => onPool(() => describe(path))),
    realpath: (path) => onPool(() => realpath(path)),
    statfs: async (path) => {
      const found = await onPool(() => statfs(path));
      return {
        block_bytes: found.bsize,
        blocks: found.blocks,
        free_blocks: found.bfree,
        available_blocks: found.bavail,
        inodes: found.files,
        free_inodes: found.ffree,
      };
    },
    run: (argv, { alone } = {}) =>
      runProgram(argv, {
        signal,
        env: { HOME: process.env['HOME'], ...env },
        ...(alone === undefined ? {} : { aloneNote: join(notes, `${encodeURIComponent(alone).slice(0, 200)}.json`) }),
      }),
    get: (url, { timeoutMs }) => getUrl(url, { timeoutMs, signal, userAgent }),
  });
}

function once<Value>(known: Map<string, Promise<Value>>, key: string, ask: () => Promise<Value>): Promise<Value> {
  const found = known.get(key) ?? ask();
  known.set(key, found);
  return found;
}

async function describe(path: string): Promise<PathStat> {
  const found = await lstat(path);
  const link = found.isSymbolicLink();
  const kind = link ? 'link' : found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other';
  return {
    kind,
    size_bytes: found.size,
    modified_at: found.mtime.toISOString(),
    ...(link ? { target: await readlink(path) } : {}),
  };
}

/** O_NONBLOCK: opening a FIFO that nobody writes to would otherwise wait for ever, on a thread that no exit can end. */
async function readWhole(path: string, range?: { start: number; length: number }): Promise<Buffer> {
  return onPool(async () => {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await handle.stat();
      if (!found.isFile()) throw new Error(`${path} is not a regular file`);
      if (range) {
        const buffer = Buffer.alloc(range.length);
        const { bytesRead } = await handle.read(buffer, 0, range.length, range.start);
        return buffer.subarray(0, bytesRead);
      }
      if (found.size > mostFileBytes) throw new Error(`${path} is too large to be read whole: ${found.size} bytes`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  });
}
