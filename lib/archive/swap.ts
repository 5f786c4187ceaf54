// A store that was built beside another one takes its place; the old one stays beside it, and a kill in between is mended.
import { basename, dirname } from 'node:path';
import type { StoreFiles } from '../contract/store.ts';
import { join } from '../core/path.ts';
import { secondStamp } from '../core/time.ts';
import { parseRoot } from './layout.ts';

export const buildingOf = (path: string): string => `${path}.rebuilding`;
/** One that is whole, on its way into its place; or, once there, the one that was in its place. */
export const builtOf = (path: string): string => `${path}.rebuilt`;

/** The new store into its place; the old one beside it, under a name that tells when and why. */
export function swapIn(files: StoreFiles, path: string, now: Date, why: 'backup' | 'broken'): string | undefined {
  const built = builtOf(path);
  if (files.size(path) === undefined) {
    files.rename(built, path);
    return undefined;
  }
  const aside = asideName(path, now, why, files);
  if (files.exchange(built, path)) {
    files.rename(built, aside);
  } else {
    // Not in one step: for a moment there is none, and a kill just then is mended by the next run.
    files.rename(path, aside);
    files.rename(built, path);
  }
  return aside;
}

const asideName = (path: string, now: Date, why: string, files: StoreFiles): string => {
  const stamp = secondStamp(now);
  const taken = new Set(files.list(dirname(path)));
  for (let count = 1; ; count++) {
    const name = `${path}.${why}-${stamp}${count === 1 ? '' : `-${count}`}`;
    if (!taken.has(basename(name))) return name;
  }
};

/** Finishes or takes back what a killed rebuild left. Says what it did. */
export function settle(files: StoreFiles, path: string, now: Date): string | undefined {
  const [building, built] = [buildingOf(path), builtOf(path)];
  const half = files.size(building) !== undefined;
  if (half) files.remove(building);
  if (files.size(built) === undefined) return half ? 'a rebuild that was killed is taken back' : undefined;
  const finished = 'a rebuild that was killed at its end is finished';
  if (files.size(path) === undefined) {
    files.rename(built, path);
    return finished;
  }
  const [theirs, ours] = [built, path].map((store) => createdIn(files.readText(join(store, 'zarr.json'))));
  if (theirs !== undefined && (ours === undefined || theirs > ours))
    swapIn(files, path, now, ours === undefined ? 'broken' : 'backup');
  // They have changed places already, and this is the old one.
  else files.rename(built, asideName(path, now, theirs === undefined ? 'broken' : 'backup', files));
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

/** The newest so many of each kind stay. Broken ones do not push out good ones, nor the other way round. */
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
