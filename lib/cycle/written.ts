// The files that each stage of the two timers writes, for confirm-cycle. Repeated here because importing the stages would
// load all their code; a test compares.
import { events, stateFile, postedAlerts } from '../alerts/files.ts';
import { archive } from '../archive/files.ts';
import type { Stage } from '../contract/stage.ts';
import { fleetLines, latestFleet } from '../fleet/files.ts';
import { history, latestHealth, textfile } from '../health/files.ts';
import { badgeFile, partFiles, trendsFile } from '../page/files.ts';
import { pictures } from '../pictures/files.ts';
import { dayReport, latestReport } from '../report/files.ts';
import { latest, readings, snapshots } from '../snapshot/files.ts';

export const written: readonly Pick<Stage, 'name' | 'writes'>[] = [
  { name: 'collect-snapshot', writes: [snapshots, latest, readings] },
  { name: 'assess-health', writes: [latestHealth, history, textfile] },
  { name: 'write-report', writes: [latestReport, dayReport] },
  { name: 'append-zarr', writes: [archive] },
  { name: 'send-alerts', writes: [stateFile, events, postedAlerts] },
  { name: 'draw-quicklooks', writes: pictures.flatMap(({ svg, png }) => [svg, png]) },
  { name: 'build-dashboard', writes: [trendsFile, badgeFile, ...partFiles] },
];

/** For prune-files: stages with a timer of their own leave files of each day, too. */
export const pruned: readonly Pick<Stage, 'name' | 'writes'>[] = [
  ...written,
  { name: 'fleet-snapshot', writes: [fleetLines, latestFleet] },
];
