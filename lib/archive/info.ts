// Summarises the archive: extent, gaps, variables, size, backups.
import { basename, dirname } from 'node:path';
import type { StoreFiles } from '../contract/store.ts';
import { gapIntervals } from '../core/age.ts';
import { join } from '../core/path.ts';
import { instantText } from './layout.ts';
import { openSpan } from './read.ts';

export type Info = ReturnType<typeof archiveInfo>;

export function archiveInfo(files: StoreFiles, path: string, intervalSeconds: number) {
  const { metadata, times } = openSpan(files, path);
  const [first, last] = [times[0], times.at(-1)];
  const kinds = [...metadata.variables.values()];
  return {
    path,
    samples: times.length,
    ...(first !== undefined && last !== undefined ? { first: instantText(first), last: instantText(last) } : {}),
    span_seconds: ((last ?? 0) - (first ?? 0)) / 1e6,
    gaps: gapsIn(times, intervalSeconds * gapIntervals),
    variables: {
      numbers: kinds.filter(({ type }) => type === 'float64').length,
      flags: kinds.filter(({ type }) => type === 'int8').length,
    },
    ...sizeOf(files, path),
    attributes: metadata.attributes,
    /** Copies that rebuilds left beside the store. */
    backups: files
      .list(dirname(path))
      .filter((name) => ['backup', 'broken'].some((kind) => name.startsWith(`${basename(path)}.${kind}-`)))
      .sort(),
  };
}

function gapsIn(times: Float64Array, longerThanSeconds: number) {
  let [count, longest, at] = [0, 0, 0];
  for (let index = 1; index < times.length; index++) {
    const step = (times[index] ?? 0) - (times[index - 1] ?? 0);
    if (step > longerThanSeconds * 1e6) count += 1;
    if (step > longest) [longest, at] = [step, index];
  }
  return {
    longer_than_seconds: longerThanSeconds,
    count,
    ...(count > 0
      ? { longest: { seconds: longest / 1e6, from: instantText(times[at - 1] ?? 0), to: instantText(times[at] ?? 0) } }
      : {}),
  };
}

function sizeOf(files: StoreFiles, path: string): { files: number; bytes: number } {
  const size = files.size(path);
  if (size === undefined) return { files: 0, bytes: 0 };
  if (size >= 0) return { files: 1, bytes: size };
  const parts = files.list(path).map((name) => sizeOf(files, join(path, name)));
  return {
    files: parts.reduce((sum, part) => sum + part.files, 0),
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
  };
}
