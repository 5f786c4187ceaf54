// ops-monitor archive …: commands for people. Only `rebuild` writes to the archive.
import { appendZarr } from '../archive/append.ts';
import { sections } from '../config/registry.ts';
import { storeFiles } from '../io/store.ts';
import { adopt } from './archive/adopt.ts';
import { exportCommand } from './archive/export.ts';
import { at, info, verifyCommand } from './archive/inspect.ts';
import type { Command } from '../cli/command.ts';
import { groupOf } from '../cli/dispatch.ts';
import { runAsCommand, stageOptions } from '../cli/main.ts';
import { progressOf } from '../cli/progress.ts';

const rebuild: Command = {
  name: 'archive rebuild',
  summary: 'rebuilds the archive from the raw snapshot lines (append-zarr --rebuild); the old one is kept as a backup',
  options: stageOptions,
  run: (asked) =>
    runAsCommand(appendZarr(sections, storeFiles, progressOf('samples')), {
      ...asked,
      options: { ...asked.options, rebuild: true },
    }),
};

export const archiveCommands = groupOf(
  {
    name: 'archive',
    summary: 'inspects, verifies, rebuilds and exports the Zarr archive',
    note: '; every command takes --config FILE',
  },
  [info, verifyCommand, at, exportCommand, rebuild, adopt],
);
