// The static layout of the simulated site "Aurora": instruments, copies, disks, units and gates, their paths, and the
// configuration that watches them. lib/demo/scenario.ts computes how they change over the days.

export interface Stream {
  readonly name: string;
  /** The instrument closes a file and begins the next after this many minutes. */
  readonly everyMinutes: number;
  readonly bytes: number;
  /** Age from which the stream is stale; without it, the configuration's default applies. */
  readonly window?: string;
  readonly compare: string;
}

export const streams: readonly Stream[] = [
  { name: 'hatpro', everyMinutes: 60, bytes: 2_400_000, window: '3h', compare: '7d' },
  { name: 'ceilometer', everyMinutes: 30, bytes: 1_100_000, compare: '3d' },
  { name: 'mrr', everyMinutes: 60, bytes: 5_200_000, compare: '3d' },
  { name: 'parsivel', everyMinutes: 60, bytes: 640_000, compare: '3d' },
  { name: 'cl61', everyMinutes: 30, bytes: 3_900_000, compare: '3d' },
  { name: 'cloudradar', everyMinutes: 60, bytes: 48_000_000, compare: '3d' },
  { name: 'radiation', everyMinutes: 60, bytes: 310_000, compare: '3d' },
  { name: 'weather', everyMinutes: 60, bytes: 120_000, compare: '3d' },
];

/** Folders of a stream's files: at the source, and in its two copies. */
export const places = ['source', 'local', 'gws'] as const;
export type Place = (typeof places)[number];

/** Folders of the site: under `/` in simulated time, or, for real files, all under one folder. */
export interface Paths {
  readonly project: string;
  readonly data: string;
  readonly root: string;
  /** On the source. */
  readonly sourceData: string;
  readonly workspace: string;
  readonly code: string;
}

export const absolutePaths: Paths = {
  project: '/project',
  data: '/data',
  root: '/',
  sourceData: '/data',
  workspace: '/gws/aurora',
  code: '/opt/aurora',
};

export const rootOf = (paths: Paths, stream: string, place: Place): string =>
  ({
    source: `${paths.sourceData}/${stream}`,
    local: `${paths.project}/aurora/raw/${stream}`,
    gws: `${paths.workspace}/raw/${stream}`,
  })[place];

export const gateNames = ['prune', 'product'] as const;
export type GateName = (typeof gateNames)[number];
export const gateFile = (paths: Paths, gate: GateName): string =>
  `${paths.data}/aurora/products/gates/${gate}_gate.json`;

export const textfileNames = ['raid', 'backup'] as const;
export type TextfileName = (typeof textfileNames)[number];
export const textfilePath = (paths: Paths, name: TextfileName): string => `${paths.data}/aurora/textfiles/${name}.prom`;

/** A Nagios plugin of the site's own. */
export const pluginPath = (paths: Paths): string => `${paths.code}/check_transfers`;

export const checkoutNames = ['dashboard', 'infrastructure'] as const;
export type CheckoutName = (typeof checkoutNames)[number];
export const checkoutPath = (paths: Paths, name: CheckoutName): string => `${paths.code}/${name}`;

export const powerStore = (paths: Paths): string => `${paths.data}/aurora/products/power/power.zarr`;

export const siteUnits = ['aurora-dashboard.service', 'aurora-backup.timer'] as const;

/** The folder of a UTC day, below a stream's root. */
export const dayFolder = (ms: number): string => new Date(ms).toISOString().slice(0, 10).replaceAll('-', '/');

/** The path of a file, from the time at which its data begin: `2026/10/01/mrr_20261001_0500.nc`. */
export function dataPath(stream: string, beginsMs: number): string {
  const folder = dayFolder(beginsMs);
  const clock = new Date(beginsMs).toISOString().slice(11, 16).replace(':', '');
  return `${folder}/${stream}_${folder.replaceAll('/', '')}_${clock}.nc`;
}

export interface SiteConfiguration {
  readonly paths: Paths;
  /** The monitor's state folder. */
  readonly state: string;
  /** The source's `hosts` entry, as YAML; without it the source is a folder of this machine. */
  readonly source: string | undefined;
  readonly dashboardUrl: string;
  /** Recipient of alert mails; without it no mail is sent. */
  readonly mailTo?: string;
  /** Comment in the first line of the file. */
  readonly comment: string;
}

/** A service that watch-services measures. */
export const ingestService = 'ingest';

const simulatedText = `gpus: { retrieval: { count: 1 } }
watchdog: { services: { ${ingestService}: { unit: aurora-ingest.service, limits: { memory: 4GB } } } }
`;

/** The configuration of the site, as its operators would have written it. */
export function configurationText({ paths, state, source, dashboardUrl, mailTo, comment }: SiteConfiguration): string {
  const onSource = source === undefined ? '' : 'host: source, ';
  const quoted = JSON.stringify;
  const isSimulated = paths.workspace === absolutePaths.workspace;
  return `# ${comment}
site: aurora
files: { state: ${quoted(state)} }
${mailTo === undefined ? '' : `alerts: { to: [${mailTo}], picture: false } # nobody reads the mails of the demo\n`}${source === undefined ? '' : `hosts: { source: ${source} }\n`}
filesystems:
  project: ${quoted(paths.project)}
  data: ${quoted(paths.data)}
  root: ${quoted(paths.root)}
  source-data: { ${onSource}path: ${quoted(paths.sourceData)} }

workspace: { path: ${quoted(paths.workspace)}, network: ${isSimulated} }

streams:
${streams.map((stream) => streamText(stream, paths, onSource)).join('')}
power:
  store: ${quoted(powerStore(paths))}
  voltage: DCInverterVolts
  charge: BatterySOC
  temperature: InternalTemperature
  stale: 1h

gates:
${gateNames.map((gate) => `  ${gate}: ${quoted(gateFile(paths, gate))}\n`).join('')}
plugins:
  transfers: [sh, ${quoted(pluginPath(paths))}]
metrics:
  raid:
    file: ${quoted(textfilePath(paths, 'raid'))}
    family: node_md_disks
    labels: { state: failed }
    red: "0"
  backup:
    file: ${quoted(textfilePath(paths, 'backup'))}
    family: backup_last_success_timestamp_seconds
    age: { amber: 26h, red: 3d }

services: [${siteUnits.join(', ')}]
${isSimulated ? simulatedText : ''}dashboard: { url: ${quoted(dashboardUrl)}, slow: 2s }
git:
${checkoutNames.map((name) => `  ${name}: ${quoted(checkoutPath(paths, name))}\n`).join('')}`;
}

function streamText({ name, window, compare }: Stream, paths: Paths, onSource: string): string {
  const root = (place: Place): string => JSON.stringify(rootOf(paths, name, place));
  return `  ${name}:
    source: { ${onSource}root: ${root('source')}, files: "{yyyy}/{MM}/{dd}/*.nc", time: mtime }
${window === undefined ? '' : `    window: ${window}\n`}    mirrors:
      local: { root: ${root('local')}, compare: ${compare} }
      gws: { root: ${root('gws')}, compare: ${compare} }
    units: { sync: ${name}-sync.timer, process: ${name}-process.service, transfer: ${name}-transfer.service }
`;
}
