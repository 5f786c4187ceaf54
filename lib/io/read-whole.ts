// Reads a whole file on a thread, without ever blocking on a path that is not a regular file. Uses callbacks, because
// node:fs/promises costs twice as much.
import { close, closeSync, constants, fstat, fstatSync, open, openSync, read, readSync, type Stats } from 'node:fs';
import { callOnPool } from './leave.ts';

const mostFileBytes = 16 * 1024 * 1024;
const firstBytes = 16 * 1024;

const flags = constants.O_RDONLY | constants.O_NONBLOCK;

/** O_NONBLOCK: without it, opening a FIFO without a writer would block for ever, on a thread that no exit can end. */
export async function readWhole(path: string, range?: { start: number; length: number }): Promise<Buffer> {
  const descriptor = await callOnPool<number>((done) => open(path, flags, done));
  try {
    const found = await callOnPool<Stats>((done) => fstat(descriptor, done));
    if (!found.isFile()) throw new Error(`${path} is not a regular file`);
    if (range) {
      const buffer = Buffer.alloc(range.length);
      return buffer.subarray(0, await readSome(descriptor, buffer, 0, range.start));
    }
    if (found.size > mostFileBytes) throw new Error(`${path} is too large to be read whole: ${found.size} bytes`);
    return await readAll(path, descriptor, found.size);
  } finally {
    await callOnPool<void>((done) => close(descriptor, done));
  }
}

/** Desktops mount file systems of programs below these two, which may hang. */
const inMemory = /^\/run\/(?!user\/|media\/)/;

/** A part of a file in memory, such as a pid file, without a thread; undefined for other files. */
export function readFromMemory(path: string, { start, length }: { start: number; length: number }): Buffer | undefined {
  if (!inMemory.test(path)) return undefined;
  const descriptor = openSync(path, flags);
  try {
    if (!fstatSync(descriptor).isFile()) throw new Error(`${path} is not a regular file`);
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, length, start));
  } finally {
    closeSync(descriptor);
  }
}

/** Reads until the end of the file: kernel files report a size of 0 or 4096 whatever their content, and return it in
 * pieces. */
async function readAll(path: string, descriptor: number, size: number): Promise<Buffer> {
  let buffer: Buffer = Buffer.allocUnsafe(Math.max(firstBytes, size + 1));
  for (let length = 0; ;) {
    const bytesRead = await readSome(descriptor, buffer, length, null);
    if (bytesRead === 0) return buffer.subarray(0, length);
    length += bytesRead;
    if (length > mostFileBytes) throw new Error(`${path} is too large to be read whole: more than ${length} bytes`);
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(length)]);
  }
}

const readSome = (descriptor: number, buffer: Buffer, at: number, position: number | null): Promise<number> =>
  callOnPool<number>((done) => read(descriptor, buffer, at, buffer.length - at, position, done));
