// Raw lines for tests of the archive: small snapshots and verdicts in the form that the stages write.
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { TestContext } from 'node:test';
import type { Envelope } from '../../lib/contract/envelope.ts';
import type { StoreFiles } from '../../lib/contract/store.ts';
import { appendZarr } from '../../lib/archive/append.ts';
import { sections } from '../../lib/config/registry.ts';
import { archive } from '../../lib/archive/files.ts';
import { columnOf, openSpan, type Range } from '../../lib/archive/read.ts';
import { history } from '../../lib/health/files.ts';
import { storeFiles } from '../../lib/io/store.ts';
import { type Snapshot, snapshots } from '../../lib/snapshot/files.ts';
import { filesystem, ok as seenOk, snapshotOf } from '../health/seen.ts';
import { placesIn, temporaryFolder, worldIn } from '../world.ts';

export const ok = (data: unknown, ms = 2): Envelope => seenOk(data, '2026-11-20T00:00:00.000Z', ms);

const disk = (used_percent: number) =>
  filesystem({
    size_bytes: 1000,
    used_bytes: 10 * used_percent,
    available_bytes: 1000 - 10 * used_percent,
    used_percent,
  });

const start = Date.parse('2026-11-18T23:00:00.123Z');
export const instant = (index: number): Date => new Date(start + index * 300_000);

export const snapshotAt = (time: Date, sections: Record<string, Envelope>, run_id = runOf(time)): Snapshot =>
  snapshotOf(time.toISOString().replace('Z', '456Z'), sections, { run_id, hostname: 'h', collection_ms: 12 });

const runOf = (time: Date): string => time.getTime().toString(16).padStart(32, '0');

/** The variable that identifies a sample: its value is the sample's index modulo 100. */
export const used = 'filesystem_data_used_percent';

export const sectionsOf = (index: number): Record<string, Envelope> => ({
  filesystems: ok({ data: ok(disk(index % 100)), dead: { status: 'failed', kind: 'timeout', reason: 'hung', ms: 1 } }),
  gates: ok({ prune: ok({ file: '/g', verdict: 'fail', decided_at: '', age_seconds: 1, counts: { files: index } }) }),
});

/** An archive of that many samples, in a temporary folder. */
export async function archiveWith(t: TestContext, samples: number) {
  const site = archiveIn(temporaryFolder(t));
  site.write(0, samples);
  await site.run(instant(samples));
  return site;
}

/** A state folder: its paths, and functions that write raw lines, run append-zarr and read the archive. */
export function archiveIn(folder: string) {
  const places = placesIn(folder);
  const path = archive.path(places, new Date(0));
  const append = (file: string, text: string) => {
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, text);
  };
  return {
    places,
    path,
    rawFile: (day: Date) => snapshots.path(places, day),
    line: (text: string, day: Date) => append(snapshots.path(places, day), text),
    snapshot: (snapshot: Snapshot, day: Date) => append(snapshots.path(places, day), `${JSON.stringify(snapshot)}\n`),
    write: (from: number, to: number, sections = sectionsOf) => {
      for (let index = from; index < to; index++) {
        const time = instant(index);
        append(snapshots.path(places, time), `${JSON.stringify(snapshotAt(time, sections(index)))}\n`);
        const levels = { 'filesystem-usage:data': index % 2 === 0 ? 'green' : 'red' };
        const verdict = {
          time: time.toISOString(),
          run_id: runOf(time),
          schema_version: 1,
          overall_level: 'red',
          levels,
        };
        append(history.path(places, time), `${JSON.stringify(verdict)}\n`);
      }
    },
    run: async (at: Date, files: StoreFiles = storeFiles, options = {}) =>
      appendZarr(sections, files).run(worldIn(folder, { at, options })),
    read: (range?: Range) => {
      const { metadata, times, ...span } = openSpan(storeFiles, path, range);
      const names = [...metadata.variables.keys()];
      const columnsOf = names.map((name) => [name, columnOf(storeFiles, { ...span, metadata, times }, name)] as const);
      return { metadata, times, columns: new Map(columnsOf) };
    },
    valuesOf: (name: string) => [...columnOf(storeFiles, openSpan(storeFiles, path), name)].map(Number),
  };
}
