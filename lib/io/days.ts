// Files of which there is one a day, plain or packed (.gz, .zst).
import { basename, dirname } from 'node:path';
import type { FileLocation, Places } from '../contract/file.ts';
import { listIfThere, readBytesIfThere } from './files.ts';

const packings = ['', '.gz', '.zst'] as const;

export function daysOf(file: FileLocation, places: Places): Date[] {
  const sample = file.path(places, new Date('2000-01-01T00:00:00Z'));
  const [before = '', after = ''] = basename(sample).split('20000101');
  const days = listIfThere(dirname(sample)).flatMap((name) => {
    if (!name.startsWith(before)) return [];
    const day = name.slice(before.length, before.length + 8);
    const rest = name.slice(before.length + 8);
    return /^\d{8}$/.test(day) && packings.some((packing) => rest === `${after}${packing}`) ? [day] : [];
  });
  return [...new Set(days)]
    .sort()
    .map((day) => new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`))
    .filter((day) => !Number.isNaN(day.getTime()));
}

export function unpacked(path: string, room?: (size: number) => Uint8Array): Uint8Array | undefined {
  const parts = packings.flatMap((packing) => {
    const bytes = readBytesIfThere(`${path}${packing}`, packing === '' ? room : undefined);
    if (!bytes) return [];
    if (packing === '') return [bytes];
    // Loaded here: hardly any start needs it.
    const zlib = process.getBuiltinModule('node:zlib');
    try {
      return [packing === '.gz' ? zlib.gunzipSync(bytes) : zlib.zstdDecompressSync(bytes)];
    } catch (error) {
      throw new Error(`unpacking ${path}${packing} failed`, { cause: error });
    }
  });
  if (parts.length < 2) return parts[0];
  // A torn last line of one does not run into the first of the next.
  return Buffer.concat(parts.flatMap((part) => [part, Buffer.from('\n')]));
}
