// Lines of a JSONL file, from either end, in memory bounded by its longest line.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { errorCode } from './files.ts';

const chunkBytes = 256 * 1024;

/** Every line with something on it, oldest first (`start`) or newest first (`end`). No file, no lines. */
export function* scanLines(path: string, from: 'start' | 'end'): Generator<string> {
  const descriptor = openIfThere(path);
  if (descriptor === undefined) return;
  try {
    const { size } = fstatSync(descriptor);
    const chunk = Buffer.alloc(Math.min(chunkBytes, size));
    // Bytes of a line that goes on in the next chunk. Cut at newlines only, so never inside a character.
    let rest: Buffer = Buffer.alloc(0);
    for (let done = 0; done < size;) {
      const length = Math.min(chunk.length, size - done);
      const bytesRead = readSync(descriptor, chunk, 0, length, from === 'start' ? done : size - done - length);
      if (bytesRead === 0) break; // truncated while we read: what is gone is gone
      done += bytesRead;
      const piece = chunk.subarray(0, bytesRead);
      const bytes = Buffer.concat(from === 'start' ? [rest, piece] : [piece, rest]);
      const cut = from === 'start' ? bytes.lastIndexOf(0x0a) : bytes.indexOf(0x0a);
      if (cut < 0) {
        rest = bytes;
        continue;
      }
      rest = from === 'start' ? bytes.subarray(cut + 1) : bytes.subarray(0, cut);
      const whole = (from === 'start' ? bytes.subarray(0, cut) : bytes.subarray(cut + 1)).toString('utf8').split('\n');
      if (from === 'end') whole.reverse();
      for (const line of whole) if (line.trim() !== '') yield line;
    }
    const last = rest.toString('utf8');
    if (last.trim() !== '') yield last;
  } finally {
    closeSync(descriptor);
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
