// What append-zarr writes.
import { join } from 'node:path';
import { defineFile } from '../contract/file.ts';

export const archive = defineFile<never>({
  summary: 'every snapshot and its levels as numbers along time',
  format: 'zarr',
  path: ({ state }) => join(state, 'ops_monitor.zarr'),
  mode: 0o755,
  commit: 'zarr.json',
});
