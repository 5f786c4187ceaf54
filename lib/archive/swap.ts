// Moves a rebuilt store into place and keeps the old one beside it. The next run completes a swap that was killed.
import { basename, dirname } from 'node:path';
import type { StoreFiles } from '../contract/store.ts';
import { join } from '../core/path.ts';
import { secondStamp } from '../core/time.ts';
import { parseRoot } from './layout.ts';

export const buildingPath = (path: string): string => `${path}.rebuilding`;
/** Holds the complete new store before the swap and, for a moment after it, the old store. */
export const builtPath = (path: string): string => `${path}.rebuilt`;

/** Moves the built store into place and returns the backup's path, whose name has the time and the reason. */
export function swapIntoPlace(
  files: StoreFiles,
  path: string,
  now: Date,
  why: 'backup' | 'broken',
): string | undefined {
  const built = builtPath(path);
  if (files.size(path) === undefined) {
    files.rename(built, path);
    return undefined;
  }
  const aside = backupPath(path, now, why, files);
  if (files.exchange(built, path)) {
    files.rename(built, aside);
  } else {
    // Not atomic: between the two renames there is no store, and if the run is killed there, the next run finishes the swap.
    files.rename(path, aside);
    files.rename(built, path);
  }
  return aside;
}

const backupPath = (path: string, now: Date, why: string, files: StoreFiles): string => {
  const stamp = secondStamp(now);
  const taken = new Set(files.list(dirname(path)));
  for (let count = 1; ; count++) {
    const name = `${path}.${why}-${stamp}${count === 1 ? '' : `-${count}`}`;
    if (!taken.has(basename(name))) return name;
  }
};

/** Finishes a killed rebuild that had a complete store, or removes an incomplete one. Returns a message, if it did either. */
export function finishKilledRebuild(files: StoreFiles, path: string, now: Date): string | undefined {
  const [building, built] = [buildingPath(path), builtPath(path)];
  const half = files.size(building) !== undefined;
  if (half) files.remove(building);
  if (files.size(built) === undefined) return half ? 'removed what a killed rebuild left incomplete' : undefined;
  const finished = 'finished a rebuild that was killed after its store was complete';
  if (files.size(path) === undefined) {
    files.rename(built, path);
    return finished;
  }
  const [builtAt, placedAt] = [built, path].map((store) => createdIn(files.readText(join(store, 'zarr.json'))));
  if (builtAt !== undefined && (placedAt === undefined || builtAt > placedAt))
    swapIntoPlace(files, path, now, placedAt === undefined ? 'broken' : 'backup');
  // The two have been exchanged already: this is the old store.
  else files.rename(built, backupPath(path, now, builtAt === undefined ? 'broken' : 'backup', files));
  return finished;
}

function createdIn(root: string | undefined): string | undefined {
  try {
    const { date_created } = parseRoot(root ?? '').attributes;
    return typeof date_created === 'string' ? date_created : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the newest `keep` of each kind, so that broken stores do not displace good backups or the other way round. */
export function pruneBackups(files: StoreFiles, path: string, keep: number): string[] {
  const names = files.list(dirname(path)).filter((name) => name.startsWith(`${basename(path)}.`));
  const removed = ['backup', 'broken'].flatMap((kind) =>
    names
      .filter((name) => new RegExp(`\\.${kind}-\\d{8}T\\d{6}Z(-\\d+)?$`).test(name))
      .sort()
      .slice(0, -keep),
  );
  for (const name of removed) files.remove(join(dirname(path), name));
  return removed;
}
