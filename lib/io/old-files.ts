// Packs and removes old files: see contract/old-files.ts.
import { lstatSync, statSync } from 'node:fs';
import type { OldFiles } from '../contract/old-files.ts';
import { join } from '../core/path.ts';
import { unpack } from './days.ts';
import { listIfThere, readBytesIfThere, removeIfThere, replaceFile, sweepFolder } from './files.ts';

export const oldFiles: OldFiles = {
  list: (folder) =>
    listIfThere(folder).flatMap((name) => {
      const path = join(folder, name);
      const found = lstatSync(path, { throwIfNoEntry: false });
      return found?.isFile() ? { path, bytes: found.size, modified: found.mtimeMs } : [];
    }),
  pack,
  remove: removeIfThere,
  sweep: (folder) => sweepFolder(folder, (name) => name.endsWith('.jsonl.zst')),
};

function pack(path: string, mode: number): number {
  const plain = readBytesIfThere(path);
  if (!plain) return 0;
  const packedPath = `${path}.zst`;
  const packed = readBytesIfThere(packedPath);
  const before = packed ? Buffer.from(unpack(packedPath, packed)) : Buffer.alloc(0);
  let written = packed?.length ?? 0;
  // A run that was killed before it removed the plain file has packed its lines already.
  if (!endsWith(before, plain)) {
    const { zstdCompressSync } = process.getBuiltinModule('node:zlib');
    const whole = Buffer.concat([
      before,
      ...(before.length === 0 || before.at(-1) === newline ? [] : [Buffer.from('\n')]),
      plain,
    ]);
    const bytes = zstdCompressSync(whole);
    if (!whole.equals(unpack(packedPath, bytes))) throw new Error(`packing ${path} gave other bytes; it is as it was`);
    replaceFile(packedPath, bytes, mode);
    written = bytes.length;
  }
  // Lines that were appended meanwhile are packed by the next run.
  if (statSync(path).size !== plain.length) return 0;
  removeIfThere(path);
  return plain.length + (packed?.length ?? 0) - written;
}

const newline = 0x0a;

const endsWith = (whole: Uint8Array, end: Uint8Array): boolean =>
  whole.length >= end.length && Buffer.compare(whole.subarray(whole.length - end.length), end) === 0;
