// The boards: `npm run docs` writes each as a file that Grafana reads.
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { application } from './application.ts';
import { bootOps } from './boot-ops.ts';
import { containers } from './containers.ts';
import { fleet } from './fleet.ts';
import { gates } from './gates.ts';
import { gpus } from './gpus.ts';
import { operations } from './operations.ts';
import { overview } from './overview.ts';
import { thermal } from './thermal.ts';
import { watchdog } from './watchdog.ts';

/** Name of the file in ops/grafana → board. */
export const boards: Readonly<Record<string, Dashboard>> = {
  'application.json': application,
  'boot-ops.json': bootOps,
  'containers.json': containers,
  'fleet.json': fleet,
  'gates.json': gates,
  'gpus.json': gpus,
  'operations.json': operations,
  'overview.json': overview,
  'thermal.json': thermal,
  'watchdog.json': watchdog,
};

/** The library fills in keys of other versions of Grafana, and a place in a menu for what belongs on the board. */
const isForeign = (key: string, value: unknown): boolean =>
  ['auto', 'auto_min', 'auto_count', 'footer'].includes(key) || value === 'inControlsMenu';

export const renderBoard = (board: Dashboard): string =>
  `${JSON.stringify(board, (key, value: unknown) => (isForeign(key, value) ? undefined : value), 2)}\n`;
