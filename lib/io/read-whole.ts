// A file read whole, on a thread, without ever waiting for something that is no file. By callbacks: the same by promises
// costs twice as much.
import { close, constants, fstat, open, read, type Stats } from 'node:fs';
import { called } from './leave.ts';

const mostFileBytes = 16 * 1024 * 1024;
const firstBytes = 16 * 1024;

const flags = constants.O_RDONLY | constants.O_NONBLOCK;

/** O_NONBLOCK: opening a FIFO that nobody writes to would otherwise wait for ever, on a thread that no exit can end. */
export async function readWhole(path: string, range?: { start: number; length: number }): Promise<Buffer> {
  const descriptor = await called<number>((done) => open(path, flags, done));
  try {
    const found = await called<Stats>((done) => fstat(descriptor, done));
    if (!found.isFile()) throw new Error(`${path} is not a regular file`);
    if (range) return await readUpTo(descriptor, Buffer.alloc(range.length), range.start);
    if (found.size > mostFileBytes) throw new Error(`${path} is too large to be read whole: ${found.size} bytes`);
    return await readAll(path, descriptor, found.size);
  } finally {
    await called<void>((done) => close(descriptor, done));
  }
}

/** To its end, wherever that is: files of the kernel have 0 or 4096 bytes, whatever is in them, and give it in pieces. */
async function readAll(path: string, descriptor: number, size: number): Promise<Buffer> {
  let buffer: Buffer = Buffer.allocUnsafe(Math.max(firstBytes, size + 1));
  for (let length = 0; ;) {
    const took = await readSome(descriptor, buffer, length, null);
    if (took === 0) return buffer.subarray(0, length);
    length += took;
    if (length > mostFileBytes) throw new Error(`${path} is too large to be read whole: more than ${length} bytes`);
    if (length === buffer.length) buffer = Buffer.concat([buffer, Buffer.allocUnsafe(length)]);
  }
}

async function readUpTo(descriptor: number, buffer: Buffer, start: number): Promise<Buffer> {
  const took = await readSome(descriptor, buffer, 0, start);
  return buffer.subarray(0, took);
}

const readSome = (descriptor: number, buffer: Buffer, at: number, position: number | null): Promise<number> =>
  called<number>((done) => read(descriptor, buffer, at, buffer.length - at, position, done));
