// Reads the records that the stages left of their last runs. A record that cannot be read, and a run that ended without one,
// count as failed runs: a record of an earlier success must not hide them.
import { basename, dirname } from 'node:path';
import type { Places } from '../contract/file.ts';
import { failedRun, isConfiguredRun, type StageRecord, stageRecord } from '../contract/record.ts';
import type { World } from '../contract/stage.ts';
import { newerLayout, reasonOf } from '../core/text.ts';
import { listIfThere, modifiedMs, unlessFailing } from './files.ts';
import { lockPaths, unfinishedRun } from './lock.ts';
import { newestCopy, sparePath } from './spare.ts';

const epoch = new Date(0);

export async function readStageRecords(
  places: Places,
  read: World<unknown>['read'],
  now: Date,
  config: unknown,
): Promise<StageRecord[]> {
  const names = stageNames(places).filter((name) => isConfiguredRun(name, config));
  const found = await Promise.all(
    names.map(async (name) => {
      const record = await readRecord(name, places, read);
      const [killed] = lockPaths(places, name).flatMap((path) => unfinishedRun(path, now) ?? []);
      return killed === undefined ? record : failedRun(name, killed.since, [killedWords], record);
    }),
  );
  return found.filter((record) => record !== undefined);
}

async function readRecord(
  name: string,
  places: Places,
  read: World<unknown>['read'],
): Promise<StageRecord | undefined> {
  const file = stageRecord(name);
  const path = newestCopy(file, places, epoch);
  let problem: string;
  try {
    const record = await read(file);
    if (record === undefined) return undefined;
    const newer = newerLayout(path, record.schema_version, 1);
    if (newer === undefined && record.stage === name) return record;
    problem = newer ?? `${path} is the record of ${record.stage}`;
  } catch (error) {
    problem = reasonOf(error);
  }
  const started_at = new Date(modifiedMs(path) ?? 0).toISOString();
  return failedRun(name, started_at, [`its record cannot be used, so that its last run is unknown: ${problem}`]);
}

const killedWords = 'the run was killed, or passed its deadline, before it left a record (see its journal)';

/** Stages that have a record, also where the only record is a spare copy, and stages whose first run never ended. */
function stageNames(places: Places): string[] {
  const any = stageRecord('any');
  const spare = dirname(sparePath(any, places, epoch));
  const records = [
    ...listIfThere(dirname(any.path(places, epoch))),
    // Mostly there is no such folder, and a failing readdir costs more than this check.
    ...(modifiedMs(spare) === undefined ? [] : listIfThere(spare)),
  ];
  // The folder of the locks is closed to other users: they see only the records.
  const locks = lockPaths(places, 'any').flatMap((path) => unlessFailing(() => listIfThere(dirname(path))) ?? []);
  const names = [...namesIn(records, '.json'), ...namesIn(locks, '.holder')];
  // A copy that somebody made (`write-report.old.json`) has no name of a stage.
  return [...new Set(names)].filter((name) => /^[a-z][a-z-]*(@[\w.@:-]+)?$/.test(name)).sort();
}

const namesIn = (entries: readonly string[], ending: string): string[] =>
  entries.filter((entry) => entry.endsWith(ending)).map((entry) => basename(entry, ending));
