// Lines of a JSONL file, from either end, in memory bounded by its longest line.
import { open } from 'node:fs/promises';
import { errorCode } from './files.ts';

const chunkBytes = 64 * 1024;

/** Every line with something on it, oldest first (`start`) or newest first (`end`). No file, no lines. */
export async function* scanLines(path: string, from: 'start' | 'end'): AsyncGenerator<string> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return;
  try {
    const { size } = await handle.stat();
    const chunk = Buffer.alloc(Math.min(chunkBytes, size));
    // Bytes of a line that goes on in the next chunk. Cut at newlines only, so never inside a character.
    let rest: Buffer = Buffer.alloc(0);
    for (let done = 0; done < size;) {
      const length = Math.min(chunk.length, size - done);
      const { bytesRead } = await handle.read(chunk, 0, length, from === 'start' ? done : size - done - length);
      if (bytesRead === 0) break; // truncated while we read: what is gone is gone
      done += bytesRead;
      const piece = chunk.subarray(0, bytesRead);
      const text = from === 'start' ? Buffer.concat([rest, piece]) : Buffer.concat([piece, rest]);
      const cut = from === 'start' ? text.lastIndexOf(0x0a) : text.indexOf(0x0a);
      if (cut < 0) {
        rest = text;
        continue;
      }
      rest = from === 'start' ? text.subarray(cut + 1) : text.subarray(0, cut);
      const whole = (from === 'start' ? text.subarray(0, cut) : text.subarray(cut + 1)).toString('utf8').split('\n');
      if (from === 'end') whole.reverse();
      yield* whole.filter((line) => line.trim() !== '');
    }
    const last = rest.toString('utf8');
    if (last.trim() !== '') yield last;
  } finally {
    await handle.close();
  }
}
