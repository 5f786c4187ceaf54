// The files that write-report writes.
import { defineFile } from '../contract/file.ts';
import { join } from '../core/path.ts';
import { dayStamp } from '../core/time.ts';

export const latestReport = defineFile<string>({
  summary: 'the report on the latest snapshot',
  format: 'md',
  path: ({ state }) => join(state, 'health', 'latest_report.md'),
  mode: 0o644,
});

export const dayReport = defineFile<string>({
  summary: 'the report of the UTC day as of its latest snapshot, with the level changes of the day',
  format: 'md',
  path: ({ state }, at) => join(state, 'health', `health_report_${dayStamp(at)}.md`),
  kept: 'reports',
  mode: 0o644,
});
