// The files that collect-snapshot writes.
import * as z from 'zod/mini';
import type { Envelope } from '../contract/envelope.ts';
import { instant, quantity, words } from '../contract/fields.ts';
import { defineFile } from '../contract/file.ts';
import { sectionEnvelope } from '../contract/section.ts';
import type { World } from '../contract/stage.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';
import { dayStamp } from '../core/time.ts';
import type { Readings } from '../engine/probes.ts';
import { sections } from './sections/index.ts';

export const schemaVersion = 1;

/** Time and schema version come first, so that a scan of a year can skip lines without parsing them. */
const fields = {
  schema_version: quantity('1', 'version of this layout; fields are added, never changed in type or unit'),
  time_utc: words('collection time, UTC, microseconds'),
  snapshot_time_utc: words('the same: readers of both names exist'),
  run_id: words('32 hex digits: names this cycle in every later file and log'),
  site: z.string(),
  hostname: z.string(),
  boot_id: words('of the machine that collected; empty where it could not be read'),
  product_version: z.string(),
  collection_ms: quantity('ms', 'how long all readings took together'),
};
const sectionSchemas = Object.entries(sections).map(([name, section]) => [name, z.optional(sectionEnvelope(section))]);

/** `sections` stays untyped: checks read a section’s data through their own typed view. */
export interface Snapshot extends Readonly<z.output<z.ZodMiniObject<typeof fields>>> {
  readonly sections: Readonly<Record<string, Envelope>>;
}

const schema = z.looseObject({
  ...fields,
  sections: z.looseObject(Object.fromEntries(sectionSchemas)),
}) as unknown as z.ZodMiniType<Snapshot>;

export const latest = defineFile<Snapshot>({
  summary: 'the latest snapshot',
  format: 'json',
  path: ({ raw }) => join(raw, 'latest.json'),
  mode: 0o644,
  schema,
  fallsBack: true,
});

/** The latest snapshot of this site, or why there is none that can be judged. */
export const readLatest = ({ read, config }: Pick<World<{ readonly site: string }>, 'read' | 'config'>) =>
  read(latest).then(
    (snapshot) => {
      const missing = snapshot ? snapshotProblem(snapshot, config.site) : 'there is no snapshot yet';
      return missing === undefined ? { snapshot, missing: '' } : { snapshot: undefined, missing };
    },
    (error: unknown) => ({ snapshot: undefined, missing: reasonOf(error) }),
  );

function snapshotProblem({ time_utc, site }: Snapshot, ownSite: string): string | undefined {
  if (Number.isNaN(Date.parse(time_utc)))
    return `the time of the latest snapshot is invalid: ${JSON.stringify(time_utc)}`;
  return site === ownSite ? undefined : `the latest snapshot is of the site ${site}, and this is ${ownSite}`;
}

export const snapshots = defineFile<Snapshot>({
  summary: 'every snapshot of the UTC day, a line each',
  format: 'jsonl',
  path: ({ raw }, at) => join(raw, `ops_monitor_${dayStamp(at)}.jsonl`),
  mode: 0o644,
  schema,
});

export const readings = defineFile<Readings>({
  summary: 'the last good reading of each section and item, however old: for what is counted from one to the next',
  format: 'json',
  path: ({ state }) => join(state, 'last_readings.json'),
  mode: 0o644,
  schema: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ at: instant('when it was read'), boot_id: z.string(), data: z.unknown() })),
  ),
  fallsBack: true,
});
