// Rebuilds the store from the raw lines in a folder beside the old store, which stays in place until the new one is
// complete. Samples whose raw files are gone are carried over from the old store.
import type { Sections } from '../contract/registry.ts';
import type { StoreFiles } from '../contract/store.ts';
import { reasonOf } from '../core/text.ts';
import { Builder } from './build.ts';
import type { Metadata } from './layout.ts';
import type { RawLog } from './rawlog.ts';
import { partOf, rawSamples } from './rawsamples.ts';
import { salvage } from './salvage.ts';
import type { Scanner } from './scan.ts';
import { scratchOf } from './store.ts';
import { buildingPath, builtPath } from './swap.ts';

export type Rebuilt = ReturnType<typeof rebuild>;

export interface RebuildSettings {
  readonly sections: Sections;
  readonly files: StoreFiles;
  readonly log: RawLog;
  readonly path: string;
  readonly now: Date;
  readonly attributes: Metadata['attributes'];
  /** A scanner that scans nothing gives the same store, several times slower. */
  readonly scanner?: Pick<Scanner, 'scan' | 'learn'> | undefined;
  readonly onProgress?: ((done: number, all: number) => void) | undefined;
}

export function rebuild(settings: RebuildSettings) {
  try {
    const done = buildBeside(settings);
    settings.files.rename(buildingPath(settings.path), builtPath(settings.path));
    return done;
  } catch (error) {
    // An incomplete store left behind would keep a full disk full.
    settings.files.remove(buildingPath(settings.path));
    throw error;
  }
}

function buildBeside(settings: RebuildSettings) {
  const { sections, files, log, path, now, attributes, onProgress } = settings;
  const building = buildingPath(path);
  files.remove(building);
  const problems: string[] = [];
  const { raw, sampleOf } = rawSamples({ sections, log, now, problems, scanner: settings.scanner });
  const old = salvage(files, path, now);
  const builder = new Builder(files, building);
  let [bad, done, carried, lastDuplicate, duplicates] = [raw.bad, 0, 0, Number.NaN, 0];
  let row = 0;
  const all = raw.order.length;
  const carryUntil = (time: number): void => {
    for (; row < old.times.length && (old.times[row] ?? 0) < time; row++) carry();
  };
  const carry = (): void => {
    builder.add(old.times[row] ?? 0, [partOf(old.row(row))]);
    carried += 1;
  };
  for (const entry of raw.order) {
    const time = raw.times[entry] ?? 0;
    if (time === lastDuplicate) {
      duplicates += 1;
      continue;
    }
    lastDuplicate = time;
    carryUntil(time);
    const oldHasIt = old.times[row] === time;
    try {
      builder.add(time, sampleOf(entry).parts);
    } catch (error) {
      bad += 1;
      if (oldHasIt) carry();
      if (problems.length < 10)
        problems.push(`a line of ${new Date(time / 1000).toISOString()} is not a snapshot: ${reasonOf(error)}`);
    }
    if (oldHasIt) row += 1;
    done += 1;
    if (done % 256 === 0) onProgress?.(done, all);
  }
  carryUntil(Number.POSITIVE_INFINITY);
  onProgress?.(all, all);
  const { length } = builder.finish(attributes, scratchOf(path));
  return {
    samples: length,
    carried,
    duplicates,
    outOfOrder: raw.outOfOrder,
    bad,
    /** Lines whose time is in the future, or before 2000, when no clock was set. */
    untimely: raw.untimely,
    changedType: [...builder.changedType],
    problems: [...problems, ...old.problems],
  };
}
