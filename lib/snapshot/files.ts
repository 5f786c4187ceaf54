// The files that collect-snapshot writes.
import type { Envelope } from '../contract/envelope.ts';
import { defineFile } from '../contract/file.ts';
import { sectionEnvelope } from '../contract/section.ts';
import {
  anyObject,
  fits,
  instant,
  number,
  object,
  recordOf,
  type Shape,
  string,
  wrongInPart,
} from '../contract/shape.ts';
import type { World } from '../contract/stage.ts';
import { join } from '../core/path.ts';
import { newerLayout, reasonOf } from '../core/text.ts';
import { dayStamp } from '../core/time.ts';
import type { Readings } from '../engine/probes.ts';
import { sections } from './sections/index.ts';

export const schemaVersion = 1;

/** Time and schema version come first, so that a scan of a year can skip lines without parsing them. */
export interface Snapshot {
  /** Version of this layout; fields are added, never changed in type or unit. */
  readonly schema_version: number;
  /** Collection time, UTC, microseconds. */
  readonly time_utc: string;
  /** The same: readers of both names exist. */
  readonly snapshot_time_utc: string;
  /** 32 hex digits: names this cycle in every later file and log. */
  readonly run_id: string;
  readonly site: string;
  readonly hostname: string;
  /** Host name of the machine that collected; empty where it could not be read. */
  readonly boot_id: string;
  readonly product_version: string;
  /** How long all readings took together. */
  readonly collection_ms: number;
  /** Untyped: checks read a section's data through their own typed view. */
  readonly sections: Readonly<Record<string, Envelope>>;
}

const fields = object({
  schema_version: number,
  time_utc: string,
  snapshot_time_utc: string,
  run_id: string,
  site: string,
  hostname: string,
  boot_id: string,
  product_version: string,
  collection_ms: number,
  sections: anyObject,
});

/** Sections that a newer version added are accepted. */
const schema: Shape<Snapshot> = {
  form: fields.form,
  wrongIn: (value) => {
    if (!fits(fields, value)) return fields.wrongIn(value);
    for (const [name, part] of Object.entries(value.sections)) {
      const envelope = envelopes.get(name);
      const issue = envelope && wrongInPart(envelope, part, 'sections', name);
      if (issue) return issue;
    }
    return undefined;
  },
};

const envelopes = new Map(Object.entries(sections).map(([name, section]) => [name, sectionEnvelope(section)]));

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

function snapshotProblem({ schema_version, time_utc, site }: Snapshot, ownSite: string): string | undefined {
  const newer = newerLayout('the latest snapshot', schema_version, schemaVersion);
  if (newer !== undefined) return newer;
  if (Number.isNaN(Date.parse(time_utc)))
    return `the time of the latest snapshot is invalid: ${JSON.stringify(time_utc)}`;
  return site === ownSite ? undefined : `the latest snapshot is of the site ${site}, and this is ${ownSite}`;
}

export const snapshots = defineFile<Snapshot>({
  summary: 'every snapshot of the UTC day, a line each',
  format: 'jsonl',
  path: ({ raw }, at) => join(raw, `ops_monitor_${dayStamp(at)}.jsonl`),
  kept: 'raw',
  mode: 0o644,
  schema,
});

export const readings = defineFile<Readings>({
  summary: 'the last good reading of each section and item, however old: for what is counted from one to the next',
  format: 'json',
  path: ({ state }) => join(state, 'last_readings.json'),
  mode: 0o644,
  schema: recordOf(recordOf(object({ at: instant, boot_id: string }))),
  fallsBack: true,
});
