// Readings of a machine: all is well except for the fields that a case passes.
import assert from 'node:assert/strict';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import type { Readable } from '../../lib/snapshot/sections/index.ts';

type Filesystem = Readable['filesystems'][string];
type Unit = Readable['services'][string];
type Endpoint = Readable['endpoints'][string];
type Checkout = Readable['checkouts'][string];

export const ok = (data: unknown, collected_at = '', ms = 1) => ({ status: 'ok' as const, ms, collected_at, data });

export const snapshotOf = (
  time_utc: string,
  sections: Snapshot['sections'],
  more: Partial<Snapshot> = {},
): Snapshot => ({
  schema_version: 1,
  time_utc,
  snapshot_time_utc: time_utc,
  run_id: '0'.repeat(32),
  site: 'test',
  hostname: 'vm',
  boot_id: '',
  product_version: '0',
  collection_ms: 1,
  sections,
  ...more,
});

export const filesystem = (seen: Partial<Filesystem>): Filesystem => ({
  host: 'local',
  path: '/data',
  resolved_path: '/data',
  mount_point: '/data',
  type: 'xfs',
  source: '/dev/sdb1',
  network: false,
  read_only: false,
  size_bytes: 4_000_000_000_000,
  used_bytes: 1_000_000_000_000,
  available_bytes: 3_000_000_000_000,
  used_percent: 25,
  ...seen,
});

export const service = (seen: Partial<Unit>): Unit => ({
  groups: [],
  load_state: 'loaded',
  active_state: 'active',
  sub_state: 'running',
  result: 'success',
  enabled: 'enabled',
  ...seen,
});

export const timer = (overdue_seconds: number): Unit =>
  service({ sub_state: 'waiting', triggers: 'sync.service', next_run_at: '2026-11-20T07:45:00.000Z', overdue_seconds });

export const endpoint = (seen: Partial<Endpoint>): Endpoint => ({
  url: 'https://obs.example.org/',
  answered: true,
  status: 200,
  response_ms: 120,
  slow_seconds: 2,
  ...seen,
});

export const emptyStream: Readable['streams'][string] = {
  host: 'source',
  root: '/data/hatpro',
  window_seconds: 5400,
  empty_files: 0,
  future_files: 0,
};

export const stream = (seen: Partial<Readable['streams'][string]>): Readable['streams'][string] => ({
  ...emptyStream,
  newest_at: '2026-11-20T07:30:00.000Z',
  age_seconds: 960,
  newest_file: '2026/11/20/0730.nc',
  ...seen,
});

export const emptyMirror: Readable['mirrors'][string] = {
  stream: 'hatpro',
  host: 'local',
  root: '/gws/hatpro',
  window_seconds: 5400,
  compare_seconds: 604_800,
  source_files: 0,
  missing_files: 0,
  mismatched_files: 0,
  extra_files: 0,
  worst: [],
};

export const mirror = (seen: Partial<Readable['mirrors'][string]>): Readable['mirrors'][string] => ({
  ...emptyMirror,
  source_files: 1000,
  coverage_percent: 100,
  lag_seconds: 60,
  ...seen,
});

export const workspace = (seen: Partial<Readable['workspace']>): Readable['workspace'] => ({
  host: 'local',
  path: '/gws/aurora',
  reached: true,
  ...seen,
});

export const power = (seen: Partial<Readable['power']>): Readable['power'] => ({
  host: 'local',
  store: '/data/power.zarr',
  stale_seconds: 3600,
  ...seen,
});

export const gate = (seen: Partial<Readable['gates'][string]>): Readable['gates'][string] => ({
  file: '/gates/prune.json',
  verdict: 'pass',
  decided_at: '2026-11-20T06:00:00.000Z',
  age_seconds: 6360,
  counts: {},
  ...seen,
});

type Gpus = Readable['gpus'][string];

export const gpu = (seen: Partial<Gpus['card'][string]>): Gpus['card'][string] => ({
  index: '3',
  model: 'NVIDIA A100-SXM4-80GB',
  state: 'present',
  seen_at: '2026-11-20T07:45:00.000Z',
  memory_total_bytes: 80e9,
  memory_used_bytes: 20e9,
  memory_used_percent: 25,
  temperature_celsius: 45,
  slowed_by: [],
  slowed_seconds: 0,
  recent_uncorrected_errors: 0,
  repair_pending: false,
  repair_failed: false,
  ...seen,
});

/** The machine `crunch` with one GPU. */
export const gpus = (seen: Partial<Gpus['card'][string]>, more: Partial<Gpus> = {}): Readable['gpus'] => ({
  crunch: { host: 'crunch', listed: 1, card: { '3b:00': gpu(seen) }, ...more },
});

type FleetItem = Readable['fleet'][string];

export const fleetItem = (seen: Partial<FleetItem>): FleetItem => ({
  asked_at: '2026-11-20T07:43:00.000Z',
  age_seconds: 180,
  reached: true,
  collection_seconds: 0.4,
  memory_used_percent: 20,
  critical_alerts: 0,
  warning_alerts: 0,
  info_alerts: 0,
  alerts: {},
  ...seen,
});

type Watched = Readable['watchdog'][string];

export const watched = (seen: Partial<Watched>): Watched => ({
  measured_at: '2026-11-20T07:45:50.000Z',
  age_seconds: 10,
  state: 'running',
  processes: 2,
  processors: 0.5,
  resident_bytes: 2e8,
  alerts: {},
  ...seen,
});

export const plugin = (seen: Partial<Readable['plugins'][string]>): Readable['plugins'][string] => ({
  host: 'local',
  program: 'check_disk',
  command_id: '0123456789abcdef',
  result: 'ok',
  exit_code: 0,
  message: 'DISK OK',
  ran_at: '2026-11-20T07:46:00.000Z',
  age_seconds: 0,
  seconds: {},
  bytes: {},
  percent: {},
  values: {},
  limits: {},
  ...seen,
});

export const metric = (seen: Partial<Readable['metrics'][string]>): Readable['metrics'][string] => ({
  place: '/textfiles/raid.prom',
  family: 'node_md_failed',
  age_seconds: 60,
  stale_seconds: 93_600,
  values: { 'disk=sda': 0 },
  ages: {},
  limits: {},
  ...seen,
});

export const unanswered = (error: string): Endpoint => {
  const { status, ...rest } = endpoint({ answered: false, response_ms: 5000, error });
  assert.equal(status, 200);
  return rest;
};

export const checkout = (seen: Partial<Checkout>): Checkout => ({
  path: '/opt/processing',
  branch: 'main',
  commit: '4f0c1c9a5be0b8ef5bd1f4d5b7c2c0de3b1a7f55',
  detached: false,
  upstream: 'origin/main',
  ahead: 0,
  behind: 0,
  changed_files: 0,
  untracked_files: 0,
  conflicted_files: 0,
  dirty_files: 0,
  ...seen,
});

export const host = (seen: Partial<Readable['host']>): Readable['host'] => ({
  boot_id: '0c1d6d0e-6b2f-4d7e-9f3c-1c1f3b0e6a55',
  uptime_seconds: 183_224.51,
  cpus: 4,
  load_1: 0.5,
  load_5: 0.5,
  load_15: 0.5,
  memory_total_bytes: 16_000_000_000,
  memory_available_bytes: 9_600_000_000,
  memory_used_percent: 40,
  swap_total_bytes: 0,
  swap_used_bytes: 0,
  ...seen,
});
