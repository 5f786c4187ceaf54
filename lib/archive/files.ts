// The store that append-zarr writes.
import { defineFile } from '../contract/file.ts';
import { join } from '../core/path.ts';

export const archive = defineFile<never>({
  summary: 'the numbers and levels of all snapshots, as a Zarr store along time',
  format: 'zarr',
  path: ({ state }) => join(state, 'ops_monitor.zarr'),
  mode: 0o755,
  commit: 'zarr.json',
});
