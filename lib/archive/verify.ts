// Checks the whole store without changing it: what each append checks, and also every chunk and the metadata that readers
// without consolidated metadata see.
import { isDeepStrictEqual } from 'node:util';
import type { StoreFiles } from '../contract/store.ts';
import { join } from '../core/path.ts';
import { counted, reasonOf } from '../core/text.ts';
import { arraysOf, arrayText, chunkLength, itemBytes, type Metadata, parse, parseArray } from './layout.ts';
import { readMetadata } from './read.ts';
import { chunkPath, readTimes, timesProblems } from './store.ts';

export type Verified = ReturnType<typeof verify>;

/** Problems of one kind beyond this number are only counted. */
const mostTimes = 20;

export function verify(files: StoreFiles, path: string, now: Date) {
  const metadata = readMetadata(files, path);
  const chunks = chunksOf(files, path, metadata);
  return {
    path,
    samples: metadata.length,
    variables: metadata.variables.size,
    chunks: chunks.present,
    /** Chunks that do not exist because a variable had no value in these 14 days. */
    absent_chunks: chunks.absent,
    problems: [...timesOf(files, path, metadata, now), ...chunks.problems, ...arrayProblems(files, path, metadata)],
  };
}

function timesOf(files: StoreFiles, path: string, { length }: Metadata, now: Date): string[] {
  try {
    const all = [...timesProblems(readTimes(files, path, length), now)];
    const more = all.length - mostTimes;
    return more > 0 ? [...all.slice(0, mostTimes), `${counted(more, 'more time')} out of order`] : all;
  } catch (error) {
    return [reasonOf(error)];
  }
}

function chunksOf(files: StoreFiles, path: string, { length, variables }: Metadata) {
  const problems: string[] = [];
  let [present, absent] = [0, 0];
  for (const [name, variable] of arraysOf(variables)) {
    const whole = chunkLength * itemBytes(variable?.type ?? 'int64');
    for (let chunk = 0; chunk * chunkLength < length; chunk++) {
      const size = files.size(chunkPath(path, name, chunk));
      if (size === undefined) absent += 1;
      else present += 1;
      // A missing time chunk is reported by readTimes.
      if (size !== undefined && size !== whole)
        problems.push(`chunk ${chunk} of ${name} ${size < 0 ? 'is a folder' : `has ${size} bytes of ${whole}`}`);
    }
  }
  return { present, absent, problems };
}

function arrayProblems(files: StoreFiles, path: string, { length, variables }: Metadata): string[] {
  return arraysOf(variables).flatMap(([name, variable]) => {
    const text = files.readText(join(path, name, 'zarr.json'));
    if (text === undefined) return [`${name} has no zarr.json of its own: the next append writes it`];
    try {
      const [own, wanted] = [parse(text), parse(arrayText(variable, length))];
      // Attributes may be of an older version; the root has the newest.
      if (isDeepStrictEqual({ ...own, attributes: {} }, { ...wanted, attributes: {} })) return [];
      const { length: its } = parseArray(name, own);
      return its === length
        ? [`${name}/zarr.json differs from the root`]
        : [`${name}/zarr.json says ${counted(its, 'sample')} and the root ${length}: the next append repairs it`];
    } catch (error) {
      return [`${name}/zarr.json: ${reasonOf(error)}`];
    }
  });
}
