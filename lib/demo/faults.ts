// The faults of the simulated month: each begins, lasts long enough to be detected, and ends.

interface FaultOf<Kind extends string> {
  /** The affected stream, mirror, disk, unit or other thing; subject and kind together are the fault's name. */
  readonly subject: string;
  readonly kind: Kind;
  readonly begins: number;
  readonly ends: number;
  /** One sentence for the reader. */
  readonly summary: string;
  /** By observation id, the level that the observation must reach during the fault. */
  readonly expected: Readonly<Record<string, 'amber' | 'red' | 'unknown'>>;
}

/** The simulated month begins here, whatever the real date is. */
export const monthStart = Date.UTC(2026, 9, 1);
const hour = 3_600_000;
const day = 24 * hour;

function fault<Kind extends string>(
  subject: string,
  kind: Kind,
  [fromDay, fromHour, hours]: readonly [day: number, hour: number, hours: number],
  summary: string,
  expected: FaultOf<Kind>['expected'],
): FaultOf<Kind> {
  const begins = monthStart + fromDay * day + fromHour * hour;
  return { subject, kind, begins, ends: begins + hours * hour, summary, expected };
}

/** Ordered by their begin. Days are counted from 0. */
const month = [
  fault('mrr', 'writes nothing', [0, 6, 6], 'the rain radar’s computer has stopped', { 'stream-age:mrr': 'red' }),
  fault('dashboard', 'is slow', [0, 15, 2], 'somebody draws a whole year on the dashboard', {
    'endpoint-response:dashboard': 'amber',
  }),
  fault('source', 'is unreachable', [1, 3, 2], 'the link to the source is down', {
    'host-reachable:source': 'red',
    'stream-age:hatpro': 'unknown',
    'mirror-coverage:hatpro.gws': 'unknown',
    'filesystem-usage:source-data': 'unknown',
  }),
  fault('ceilometer.gws', 'loses files', [1, 9, 7], 'a clean-up on the workspace took raw files with it', {
    'mirror-coverage:ceilometer.gws': 'red',
  }),
  fault('data', 'fills up', [2, 4, 44], 'a reprocessing leaves its intermediate files on /data', {
    'filesystem-usage:data': 'red',
  }),
  fault('dashboard', 'answers 503', [4, 13, 1], 'the dashboard is restarted, and does not come up', {
    'endpoint-status:dashboard': 'red',
  }),
  fault('infrastructure', 'is behind', [5, 10, 46], 'a release was fetched, and nobody has checked it out', {
    'checkout-behind:infrastructure': 'amber',
  }),
  fault('battery', 'discharges', [6, 6, 40], 'two days of snow on the panels', {
    'power-voltage:power': 'red',
    'power-charge:power': 'red',
  }),
  fault('raid', 'loses a disk', [7, 20, 14], 'a disk of the array behind /data has failed', {
    'metric-value:raid': 'red',
  }),
  fault('hatpro', 'writes nothing', [8, 2, 10], 'the radiometer waits for somebody to confirm a dialogue', {
    'stream-age:hatpro': 'red',
  }),
  fault('radiation.gws', 'receives nothing', [9, 7, 9], 'the transfer to the workspace hangs', {
    'mirror-lag:radiation.gws': 'red',
    'mirror-coverage:radiation.gws': 'red',
  }),
  fault('prune', 'says fail', [10, 6, 24], 'copies of a day are incomplete: the source may not be pruned', {
    'gate-verdict:prune': 'red',
  }),
  fault('ingest', 'does not run', [10, 18, 4], 'the ingest has died of a file that is not whole', {
    'watchdog-alert:ingest': 'red',
  }),
  fault('product', 'is not decided', [11, 3, 42], 'the job that decides the product gate no longer runs', {
    'gate-age:product': 'amber',
  }),
  fault('gpu', 'is hot', [11, 9, 5], 'paper lies on the air inlet of the GPU', {
    'gpu-temperature:retrieval.3b:00': 'red',
  }),
  fault('transfers', 'pile up', [12, 10, 6], 'files wait for their transfer and nothing takes them', {
    'plugin-result:transfers': 'red',
  }),
  fault('hatpro-process.service', 'failed', [13, 9, 3], 'the processing dies of a file that it does not know', {
    'service-state:hatpro-process.service': 'red',
    'host-failed-units:host': 'amber',
  }),
  fault('gws', 'is unreachable', [14, 1, 5], 'the workspace’s server does not answer', {
    'workspace-reachable:workspace': 'red',
    'workspace-usage:workspace': 'unknown',
    'mirror-coverage:weather.gws': 'unknown',
  }),
  fault('cl61-transfer.service', 'restarts', [15, 11, 2], 'a transfer dies as soon as it has been started', {
    'service-restarts:cl61-transfer.service': 'red',
  }),
  fault('parsivel-sync.timer', 'is overdue', [16, 8, 3], 'a timer that should have run has not', {
    'timer-overdue:parsivel-sync.timer': 'red',
  }),
  fault('parsivel.local', 'cuts files short', [17, 6, 12], 'copies were cut short when a disk was full', {
    'mirror-mismatch:parsivel.local': 'amber',
  }),
  fault('dashboard-checkout', 'has changes', [18, 14, 30], 'somebody mends the dashboard where it runs', {
    'checkout-dirty:dashboard': 'amber',
  }),
  fault('backup', 'does not succeed', [19, 4, 76], 'the backup’s disk is full, and nobody reads its mail', {
    'metric-value:backup': 'red',
  }),
  fault('clock', 'is not synchronised', [19, 20, 6], 'the time server is gone', { 'clock-synchronised:host': 'amber' }),
  fault('source-data', 'fills up', [20, 4, 26], 'nothing is pruned on the source', {
    'filesystem-usage:source-data': 'red',
  }),
  fault('host', 'has no memory left', [21, 10, 3], 'a notebook takes all memory, until the kernel kills it', {
    'host-memory:host': 'amber',
    'host-oom:host': 'red',
  }),
  fault('host', 'is busy', [22, 8, 5], 'a reprocessing takes all processors', { 'host-load:host': 'amber' }),
  fault('project', 'is read-only', [23, 5, 2], 'the kernel has seen errors on the disk of /project', {
    'filesystem-readonly:project': 'red',
  }),
  fault('parsivel', 'writes nothing', [23, 18, 66], 'the disdrometer is at the workshop', {
    'stream-age:parsivel': 'red',
  }),
  fault('aurora-backup.timer', 'is off', [24, 9, 20], 'somebody has stopped the backup, and forgotten it', {
    'service-state:aurora-backup.timer': 'amber',
  }),
  fault('power', 'is not written', [25, 2, 5], 'the logger of the power supply has stopped', {
    'power-voltage:power': 'unknown',
  }),
  fault('battery', 'is hot', [26, 10, 6], 'the fan of the battery cabinet has stopped', {
    'power-temperature:power': 'red',
  }),
  fault('cloudradar', 'writes empty files', [27, 4, 5], 'the cloud radar makes files, and puts nothing in them', {
    'stream-age:cloudradar': 'red',
  }),
  fault('root', 'runs out of inodes', [28, 3, 9], 'a cache makes a million small files', {
    'filesystem-inodes:root': 'red',
  }),
  fault('product', 'is truncated', [28, 16, 2], 'the summary of the product gate is cut off in the middle', {
    'gate-verdict:product': 'unknown',
    'gate-age:product': 'unknown',
  }),
  fault('weather.local', 'loses files', [29, 5, 6], 'somebody has moved files aside', {
    'mirror-coverage:weather.local': 'red',
  }),
];

/** lib/demo/scenario.ts defines the effect of each kind. */
export type FaultKind = (typeof month)[number]['kind'];
export type Fault = FaultOf<FaultKind>;
export const faults: readonly Fault[] = month;

export const faultName = ({ subject, kind }: Fault): string => `${subject} ${kind}`;
