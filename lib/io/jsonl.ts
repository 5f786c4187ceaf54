// Reads the lines of a JSONL file from either end, in memory bounded by the longest line.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { unlessMissing } from './files.ts';

const chunkBytes = 256 * 1024;
/** Most readers from the end want the last line or two. */
const firstBytes = { start: chunkBytes, end: 16 * 1024 };
const mostLineBytes = 8 * 1024 * 1024;

/** Yields each line that is not blank, oldest first (`start`) or newest first (`end`); nothing where there is no file. */
export function* scanLines(path: string, from: 'start' | 'end'): Generator<string> {
  // Without O_NONBLOCK, opening a FIFO would block until another process writes to it.
  const descriptor = unlessMissing(() => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
  if (descriptor === undefined) return;
  try {
    const { size } = fstatSync(descriptor);
    const chunk = Buffer.alloc(Math.min(chunkBytes, size));
    // Pieces of a line that continues in the next chunk. Decoded only when whole, so never cut inside a character.
    let pieces: Buffer[] = [];
    let pending = 0;
    /** Joins the pieces to a line. A line that is too long to be ours is replaced by text that is not JSON. */
    const finish = (piece: Buffer): string => {
      const all = from === 'start' ? [...pieces, piece] : [piece, ...pieces.toReversed()];
      const tooLong = pending + piece.length > mostLineBytes;
      pieces = [];
      pending = 0;
      return tooLong ? '(a line that is too long)' : Buffer.concat(all).toString('utf8');
    };
    for (let done = 0, step = firstBytes[from]; done < size; step = Math.min(chunkBytes, step * 4)) {
      const length = Math.min(step, size - done);
      const bytesRead = readSync(descriptor, chunk, 0, length, from === 'start' ? done : size - done - length);
      if (bytesRead === 0) break; // the file was truncated while it was read
      done += bytesRead;
      const bytes = chunk.subarray(0, bytesRead);
      const cut = from === 'start' ? bytes.lastIndexOf(0x0a) : bytes.indexOf(0x0a);
      const rest = cut < 0 ? bytes : from === 'start' ? bytes.subarray(cut + 1) : bytes.subarray(0, cut);
      if (cut >= 0) {
        const near = from === 'start' ? bytes.indexOf(0x0a) : bytes.lastIndexOf(0x0a);
        const first = finish(Buffer.from(from === 'start' ? bytes.subarray(0, near) : bytes.subarray(near + 1)));
        if (first.trim() !== '') yield first;
        const middle = bytes
          .subarray(Math.min(near, cut) + 1, Math.max(near, cut))
          .toString('utf8')
          .split('\n');
        if (from === 'end') middle.reverse();
        if (near !== cut) for (const line of middle) if (line.trim() !== '') yield line;
      }
      pending += rest.length;
      if (pending <= mostLineBytes) pieces.push(Buffer.from(rest));
    }
    const last = finish(Buffer.alloc(0));
    if (last.trim() !== '') yield last;
  } finally {
    closeSync(descriptor);
  }
}
