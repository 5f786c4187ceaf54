// Reads day files (one file per UTC day), plain or compressed (.gz, .zst).
import { basename, dirname } from 'node:path';
import { type FileLocation, packedSuffixes, type Places } from '../contract/file.ts';
import { listIfThere, mostDayBytes, readBytesIfThere } from './files.ts';
import { scanLines } from './jsonl.ts';

const suffixes = ['', ...packedSuffixes] as const;

export function daysOf(file: FileLocation, places: Places): Date[] {
  const sample = file.path(places, new Date('2000-01-01T00:00:00Z'));
  const [before = '', after = ''] = basename(sample).split('20000101');
  const days = listIfThere(dirname(sample)).flatMap((name) => {
    if (!name.startsWith(before)) return [];
    const day = name.slice(before.length, before.length + 8);
    const rest = name.slice(before.length + 8);
    return /^\d{8}$/.test(day) && suffixes.some((suffix) => rest === `${after}${suffix}`) ? [day] : [];
  });
  return [...new Set(days)]
    .sort()
    .map((day) => new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`))
    .filter((day) => !Number.isNaN(day.getTime()));
}

export function readDayFile(path: string, room?: (size: number) => Uint8Array): Uint8Array | undefined {
  const parts = suffixes.flatMap((suffix) => {
    const bytes = readBytesIfThere(`${path}${suffix}`, suffix === '' ? room : undefined);
    if (!bytes) return [];
    return [suffix === '' ? bytes : unpack(`${path}${suffix}`, bytes)];
  });
  if (parts.length < 2) return parts[0];
  // The newline keeps a torn last line of one part apart from the first line of the next.
  return Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')]));
}

/** As much as a plain file may have. */
const most = { maxOutputLength: mostDayBytes };

export function unpack(path: string, bytes: Uint8Array): Uint8Array {
  // Loaded on demand: most process starts do not need zlib.
  const zlib = process.getBuiltinModule('node:zlib');
  try {
    return path.endsWith('.gz') ? zlib.gunzipSync(bytes, most) : zlib.zstdDecompressSync(bytes, most);
  } catch (error) {
    throw new Error(`unpacking ${path} failed`, { cause: error });
  }
}

/** Yields each line of a day's file that is not blank, oldest first (`start`) or newest first (`end`). */
export function* scanDayFile(path: string, from: 'start' | 'end'): Generator<string> {
  if (from === 'start') yield* packedLines(path, from);
  // Lines beside a packed file were written later.
  yield* scanLines(path, from);
  if (from === 'end') yield* packedLines(path, from);
}

function* packedLines(path: string, from: 'start' | 'end'): Generator<string> {
  for (const suffix of from === 'start' ? packedSuffixes : packedSuffixes.toReversed()) {
    const bytes = readBytesIfThere(`${path}${suffix}`);
    if (!bytes) continue;
    const lines = Buffer.from(unpack(`${path}${suffix}`, bytes))
      .toString('utf8')
      .split('\n');
    for (const line of from === 'start' ? lines : lines.reverse()) if (line.trim() !== '') yield line;
  }
}
