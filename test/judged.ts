// A snapshot of these sections, on a machine that has none of the others, as its checks judge it.
import type { Envelope } from '../lib/contract/envelope.ts';
import type { Configuration } from '../lib/config/schema.ts';
import type { JudgedSite, Known } from '../lib/health/files.ts';
import { judgeSite } from '../lib/health/judge.ts';
import type { Snapshot } from '../lib/snapshot/files.ts';
import { sections as definitions } from '../lib/snapshot/sections/index.ts';

const none: Envelope = { status: 'absent', reason: 'there is none' };

export const completed = (sections: Readonly<Record<string, Envelope>>): Record<string, Envelope> => ({
  ...Object.fromEntries(Object.keys(definitions).map((name) => [name, none])),
  ...sections,
});

export const snapshotOf = (sections: Readonly<Record<string, Envelope>>, at: Date): Snapshot => ({
  schema_version: 1,
  time_utc: at.toISOString(),
  snapshot_time_utc: at.toISOString(),
  run_id: '0'.repeat(32),
  site: 'test',
  hostname: 'vm',
  boot_id: '',
  product_version: '0',
  collection_ms: 1,
  sections: completed(sections),
});

/** What the monitor knows, all well but for what a case says of it. */
export const judgedOf = (known: Partial<Known>, config: Configuration, at: Date): JudgedSite =>
  judgeSite(
    { snapshot: undefined, missing: 'none', stages: [], heartbeat: undefined, asking: 'send-alerts', ...known },
    config,
    at,
  );
