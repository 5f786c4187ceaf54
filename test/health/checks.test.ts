import assert from 'node:assert/strict';
import test from 'node:test';
import type { AnyCheck, Finding } from '../../lib/contract/check.ts';
import type { Level } from '../../lib/core/level.ts';
import { checks } from '../../lib/health/checks/index.ts';
import { healthConfig } from '../../lib/health/config.ts';
import type { Readable } from '../../lib/snapshot/sections/index.ts';

const at = new Date('2026-11-20T07:46:00Z');
const all: readonly AnyCheck[] = checks;

type Filesystem = Readable['filesystems'][string];
type Unit = Readable['services'][string];
type Endpoint = Readable['endpoints'][string];
type Checkout = Readable['checkouts'][string];

const filesystem = (seen: Partial<Filesystem>): Filesystem => ({
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

const service = (seen: Partial<Unit>): Unit => ({
  groups: [],
  load_state: 'loaded',
  active_state: 'active',
  sub_state: 'running',
  result: 'success',
  enabled: 'enabled',
  ...seen,
});

const timer = (overdue_seconds: number): Unit =>
  service({ sub_state: 'waiting', triggers: 'sync.service', next_run_at: '2026-11-20T07:45:00.000Z', overdue_seconds });

const endpoint = (seen: Partial<Endpoint>): Endpoint => ({
  url: 'https://obs.example.org/',
  answered: true,
  status: 200,
  response_ms: 120,
  slow_seconds: 2,
  ...seen,
});

const emptyStream: Readable['streams'][string] = {
  host: 'source',
  root: '/data/hatpro',
  window_seconds: 5400,
  empty_files: 0,
  future_files: 0,
};

const stream = (seen: Partial<Readable['streams'][string]>): Readable['streams'][string] => ({
  ...emptyStream,
  newest_at: '2026-11-20T07:30:00.000Z',
  age_seconds: 960,
  newest_file: '2026/11/20/0730.nc',
  ...seen,
});

const emptyMirror: Readable['mirrors'][string] = {
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

const mirror = (seen: Partial<Readable['mirrors'][string]>): Readable['mirrors'][string] => ({
  ...emptyMirror,
  source_files: 1000,
  coverage_percent: 100,
  lag_seconds: 60,
  ...seen,
});

const workspace = (seen: Partial<Readable['workspace']>): Readable['workspace'] => ({
  host: 'local',
  path: '/gws/aurora',
  reached: true,
  ...seen,
});

const power = (seen: Partial<Readable['power']>): Readable['power'] => ({
  host: 'local',
  store: '/data/power.zarr',
  stale_seconds: 3600,
  ...seen,
});

const gate = (seen: Partial<Readable['gates'][string]>): Readable['gates'][string] => ({
  file: '/gates/prune.json',
  verdict: 'pass',
  decided_at: '2026-11-20T06:00:00.000Z',
  age_seconds: 6360,
  counts: {},
  ...seen,
});

const unanswered = (error: string): Endpoint => {
  const { status, ...rest } = endpoint({ answered: false, response_ms: 5000, error });
  assert.equal(status, 200);
  return rest;
};

const checkout = (seen: Partial<Checkout>): Checkout => ({
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

const host = (seen: Partial<Readable['host']>): Readable['host'] => ({
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

interface Expected {
  readonly level: Level;
  readonly value: Finding['value'];
  /** Where the limit that decided stands in the configuration. */
  readonly key: string;
  readonly limit: Finding['limit']['value'];
  /** What the message must have in it: what it is about, and the value as a person reads it. */
  readonly says: readonly string[];
  readonly clears?: string;
}

interface Case {
  readonly sees: string;
  readonly given: Partial<Readable>;
  /** As one would write them under `limits`; the defaults where there are none. */
  readonly limits?: Readonly<Record<string, unknown>>;
  /** By subject; nothing is found of what is not in it. */
  readonly find: Readonly<Record<string, Expected>>;
}

/** The same thing at several values: `[value, level, which limit decided, how the value is printed]`. */
type Row = readonly [value: number, level: Level, decided: 'amber' | 'red', printed?: string];

interface Bounds {
  readonly under: string;
  readonly limits: { readonly amber?: number; readonly red?: number };
  readonly subject: string;
  readonly about: string;
  readonly clears: string;
  readonly given: (value: number) => Partial<Readable>;
}

const along = ({ under, limits, subject, about, clears, given }: Bounds, rows: readonly Row[]): Case[] =>
  rows.map(([value, level, decided, printed]) => ({
    sees: `${about} at ${value} is ${level}`,
    given: given(value),
    find: {
      [subject]: {
        level,
        value,
        key: `limits.${under}.${decided}`,
        limit: limits[decided] ?? Number.NaN,
        says: printed === undefined ? [about] : [about, printed],
        ...(level === 'green' ? {} : { clears }),
      },
    },
  }));

const state = (level: Level, says: readonly string[], value = 'active'): Expected => ({
  level,
  value,
  key: '',
  limit: 'active',
  says: ['sync.service', ...says],
});

const answer = (level: Level, value: number | null, says: readonly string[]): Expected => ({
  level,
  value,
  key: '',
  limit: '2xx or 3xx',
  says: ['https://obs.example.org/', ...says],
});

const cases: Readonly<Record<string, readonly Case[]>> = {
  'filesystem-usage': [
    ...along(
      {
        under: 'filesystem',
        limits: { amber: 80, red: 90 },
        subject: 'data',
        about: '/data',
        clears: 'it is below 80 %',
        given: (used_percent) => ({ filesystems: { data: filesystem({ used_percent }) } }),
      },
      [
        [0, 'green', 'amber', ' 0 %'],
        [79.99, 'green', 'amber', '79.9 %'],
        [80, 'amber', 'amber', ' 80 %'],
        [80.01, 'amber', 'amber', ' 80 %'],
        [89.99, 'amber', 'amber', '89.9 %'],
        [90, 'red', 'red', ' 90 %'],
        [90.01, 'red', 'red', ' 90 %'],
        [100, 'red', 'red', '100 %'],
      ],
    ),
    {
      sees: 'the message says how much is left, and from where on it is amber',
      given: { filesystems: { data: filesystem({ used_percent: 85, available_bytes: 600_000_000_000 }) } },
      find: {
        data: {
          level: 'amber',
          value: 85,
          key: 'limits.filesystem.amber',
          limit: 80,
          says: ['/data is 85 % full, 600 GB left (amber from 80 %)'],
        },
      },
    },
    {
      sees: 'an exception counts for its filesystem and for no other',
      given: {
        filesystems: {
          archive: filesystem({ path: '/mnt/archive', used_percent: 92 }),
          data: filesystem({ used_percent: 92 }),
        },
      },
      limits: { filesystem: { for: { archive: { amber: '95%', red: '98%' } } } },
      find: {
        archive: {
          level: 'green',
          value: 92,
          key: 'limits.filesystem.for.archive.amber',
          limit: 95,
          says: ['/mnt/archive', '92 %', 'amber from 95 %'],
        },
        data: { level: 'red', value: 92, key: 'limits.filesystem.red', limit: 90, says: ['/data', 'red from 90 %'] },
      },
    },
    ...(
      [
        [94.99, 'green', 'amber', 95],
        [95, 'amber', 'amber', 95],
        [97.99, 'amber', 'amber', 95],
        [98, 'red', 'red', 98],
      ] as const
    ).map(([value, level, decided, limit]): Case => ({
      sees: `a filesystem with limits of its own at ${value} is ${level}`,
      given: { filesystems: { archive: filesystem({ path: '/mnt/archive', used_percent: value }) } },
      limits: { filesystem: { for: { archive: { amber: '95%', red: '98%' } } } },
      find: {
        archive: {
          level,
          value,
          key: `limits.filesystem.for.archive.${decided}`,
          limit,
          says: ['/mnt/archive'],
          ...(level === 'green' ? {} : { clears: 'it is below 95 %' }),
        },
      },
    })),
    {
      sees: 'an exception of the red limit alone leaves amber where it is for all',
      given: { filesystems: { data: filesystem({ used_percent: 92 }), full: filesystem({ used_percent: 97 }) } },
      limits: { filesystem: { for: { data: { red: '97%' }, full: { red: '97%' } } } },
      find: {
        data: { level: 'amber', value: 92, key: 'limits.filesystem.amber', limit: 80, says: ['amber from 80 %'] },
        full: {
          level: 'red',
          value: 97,
          key: 'limits.filesystem.for.full.red',
          limit: 97,
          says: ['red from 97 %'],
          clears: 'it is below 80 %',
        },
      },
    },
    {
      sees: 'limits that are configured for all stand in place of the defaults',
      given: { filesystems: { data: filesystem({ used_percent: 70 }) } },
      limits: { filesystem: { amber: '60%', red: '70%' } },
      find: { data: { level: 'red', value: 70, key: 'limits.filesystem.red', limit: 70, says: ['red from 70 %'] } },
    },
    { sees: 'without a filesystem nothing is found', given: { filesystems: {} }, find: {} },
  ],

  'filesystem-inodes': [
    ...along(
      {
        under: 'inodes',
        limits: { amber: 80, red: 90 },
        subject: 'data',
        about: '/data',
        clears: 'it is below 80 %',
        given: (inodes_used_percent) => ({ filesystems: { data: filesystem({ inodes_used_percent }) } }),
      },
      [
        [79.99, 'green', 'amber', '79.9 %'],
        [80, 'amber', 'amber', ' 80 %'],
        [80.01, 'amber', 'amber', ' 80 %'],
        [89.99, 'amber', 'amber', '89.9 %'],
        [90, 'red', 'red', ' 90 %'],
        [90.01, 'red', 'red', ' 90 %'],
      ],
    ),
    {
      sees: 'a filesystem without a fixed number of inodes is not judged by them, and the others are',
      given: {
        filesystems: { archive: filesystem({ path: '/mnt/archive' }), data: filesystem({ inodes_used_percent: 12 }) },
      },
      find: { data: { level: 'green', value: 12, key: 'limits.inodes.amber', limit: 80, says: ['/data', '12 %'] } },
    },
    {
      sees: 'an exception of space is none of inodes',
      given: { filesystems: { data: filesystem({ inodes_used_percent: 85 }) } },
      limits: { filesystem: { for: { data: { amber: '95%' } } } },
      find: { data: { level: 'amber', value: 85, key: 'limits.inodes.amber', limit: 80, says: ['/data', '85 %'] } },
    },
    {
      sees: 'an exception counts for its filesystem',
      given: { filesystems: { data: filesystem({ inodes_used_percent: 85 }) } },
      limits: { inodes: { for: { data: { amber: '86%' } } } },
      find: {
        data: { level: 'green', value: 85, key: 'limits.inodes.for.data.amber', limit: 86, says: ['/data', '85 %'] },
      },
    },
  ],

  'host-reachable': [
    {
      sees: 'a machine on which a command ran is green',
      given: { hosts: { source: { address: 'aurora@source', reached: true } } },
      find: {
        source: { level: 'green', value: true, key: 'hosts.source', limit: true, says: ['source', 'aurora@source'] },
      },
    },
    {
      sees: 'a machine that cannot be reached is red, with the reason',
      given: {
        hosts: {
          source: { address: 'aurora@source', reached: false, error: 'source cannot be reached: it refuses our key' },
        },
      },
      find: {
        source: {
          level: 'red',
          value: false,
          key: 'hosts.source',
          limit: true,
          says: ['source', 'refuses our key'],
          clears: 'a command runs on source over ssh again',
        },
      },
    },
  ],

  'stream-age': [
    ...(
      [
        [5399, 'green', 'just within its window'],
        [5400, 'green', 'exactly as old as its window'],
      ] as const
    ).map(([age, level, what]) => ({
      sees: `a stream whose newest data are ${what} is fresh`,
      given: { streams: { hatpro: stream({ age_seconds: age }) } },
      find: { hatpro: { level, value: age, key: 'streams.hatpro.window', limit: 5400, says: ['hatpro'] } },
    })),
    {
      sees: 'a stream whose newest data are just older than its window is stale',
      given: { streams: { hatpro: stream({ age_seconds: 5401 }) } },
      find: {
        hatpro: {
          level: 'red',
          value: 5401,
          key: 'streams.hatpro.window',
          limit: 5400,
          says: ['hatpro', '5401s'],
          clears: 'data not older than 1.5h have arrived',
        },
      },
    },
    ...(
      [
        [10_800, 'green'],
        [10_801, 'red'],
      ] as const
    ).map(([age, level]) => ({
      sees: `a stream with a window of 3 h and data of ${age} s is ${level}`,
      given: { streams: { hatpro: stream({ window_seconds: 10_800, age_seconds: age }) } },
      find: {
        hatpro: {
          level,
          value: age,
          key: 'streams.hatpro.window',
          limit: 10_800,
          says: ['hatpro'],
          ...(level === 'red' ? { clears: 'data not older than 3h have arrived' } : {}),
        },
      },
    })),
    {
      sees: 'a stream without any data is stale, not of age 0',
      given: { streams: { hatpro: emptyStream } },
      find: {
        hatpro: {
          level: 'red',
          value: null,
          key: 'streams.hatpro.window',
          limit: 5400,
          says: ['hatpro', 'no data at all', '/data/hatpro'],
          clears: 'data not older than 1.5h have arrived',
        },
      },
    },
  ],

  'mirror-coverage': [
    ...(
      [
        [99.0001, 'green', 'amber', 99],
        [99, 'green', 'amber', 99],
        [98.9999, 'amber', 'amber', 99],
        [95, 'amber', 'amber', 99],
        [94.9999, 'red', 'red', 95],
      ] as const
    ).map(([value, level, decided, limit]) => ({
      sees: `a copy with ${value} % of the files is ${level}`,
      given: {
        mirrors: {
          'hatpro.gws': mirror({ coverage_percent: value, missing_files: 3, worst: ['a.nc', 'b.nc', 'c.nc'] }),
        },
      },
      find: {
        'hatpro.gws': {
          level,
          value,
          key: `limits.coverage.${decided}`,
          limit,
          says: ['hatpro.gws', '3 are missing: a.nc, b.nc and 1 more'],
          ...(level === 'green' ? {} : { clears: 'it is at or above 99 %' }),
        },
      },
    })),
    {
      sees: 'where the source has nothing that should be there, there is nothing to cover',
      given: { mirrors: { 'hatpro.gws': emptyMirror } },
      find: {},
    },
    {
      sees: 'an exception counts for its copy',
      given: { mirrors: { 'hatpro.gws': mirror({ coverage_percent: 92 }) } },
      limits: { coverage: { for: { 'hatpro.gws': { amber: '90%', red: '80%' } } } },
      find: {
        'hatpro.gws': {
          level: 'green',
          value: 92,
          key: 'limits.coverage.for.hatpro.gws.amber',
          limit: 90,
          says: ['hatpro.gws'],
        },
      },
    },
  ],

  'mirror-mismatch': [
    {
      sees: 'a copy whose files all have their size is green',
      given: { mirrors: { 'hatpro.gws': mirror({}) } },
      find: {
        'hatpro.gws': { level: 'green', value: 0, key: 'limits.mismatch.amber', limit: 1, says: ['hatpro.gws'] },
      },
    },
    {
      sees: 'two files of another size make a copy no more than amber',
      given: { mirrors: { 'hatpro.gws': mirror({ mismatched_files: 2, worst: ['a.nc', 'b.nc'] }) } },
      find: {
        'hatpro.gws': {
          level: 'amber',
          value: 2,
          key: 'limits.mismatch.amber',
          limit: 1,
          says: ['hatpro.gws', '2 files of another size'],
          clears: 'it is below 1',
        },
      },
    },
    {
      sees: 'one file of another size makes a copy amber',
      given: { mirrors: { 'hatpro.gws': mirror({ mismatched_files: 1, worst: ['2026/11/19/a.nc'] }) } },
      find: {
        'hatpro.gws': {
          level: 'amber',
          value: 1,
          key: 'limits.mismatch.amber',
          limit: 1,
          says: ['hatpro.gws', '1 file of another size', '2026/11/19/a.nc'],
          clears: 'it is below 1',
        },
      },
    },
    {
      sees: 'an exception counts for its copy',
      given: { mirrors: { 'hatpro.gws': mirror({ mismatched_files: 2 }) } },
      limits: { mismatch: { for: { 'hatpro.gws': { amber: 3 } } } },
      find: {
        'hatpro.gws': {
          level: 'green',
          value: 2,
          key: 'limits.mismatch.for.hatpro.gws.amber',
          limit: 3,
          says: ['hatpro.gws'],
        },
      },
    },
  ],

  'mirror-lag': [
    ...(
      [
        [5399, 0.9998, 'green', 'amber', 1],
        [5400, 1, 'green', 'amber', 1],
        [5401, 1.0002, 'amber', 'amber', 1],
        [16_199, 2.9998, 'amber', 'amber', 1],
        [16_200, 3, 'amber', 'amber', 1],
        [16_201, 3.0002, 'red', 'red', 3],
      ] as const
    ).map(([lag, value, level, decided, limit]) => ({
      sees: `a copy that lags by ${lag} s behind a window of 5400 s is ${level}`,
      given: { mirrors: { 'hatpro.gws': mirror({ lag_seconds: lag }) } },
      find: {
        'hatpro.gws': {
          level,
          value,
          key: `limits.lag.${decided}`,
          limit,
          says: ['hatpro.gws', 'windows of 1.5h'],
          ...(level === 'green' ? {} : { clears: 'it is at or below 1' }),
        },
      },
    })),
    {
      sees: 'a copy that has none of the files is red, and its lag is no number',
      given: { mirrors: { 'hatpro.gws': { ...emptyMirror, source_files: 12, missing_files: 12 } } },
      find: {
        'hatpro.gws': {
          level: 'red',
          value: null,
          key: 'limits.lag.red',
          limit: 3,
          says: ['hatpro.gws', 'none of the files', '/gws/hatpro'],
          clears: 'the newest files of the source are there',
        },
      },
    },
    {
      sees: 'an exception counts for its copy',
      given: { mirrors: { 'hatpro.gws': mirror({ lag_seconds: 10_000 }) } },
      limits: { lag: { for: { 'hatpro.gws': { amber: 2 } } } },
      find: {
        'hatpro.gws': {
          level: 'green',
          value: 1.8519,
          key: 'limits.lag.for.hatpro.gws.amber',
          limit: 2,
          says: ['hatpro.gws'],
        },
      },
    },
  ],

  'workspace-reachable': [
    {
      sees: 'a workspace that answers is green',
      given: { workspace: workspace({}) },
      find: { workspace: { level: 'green', value: true, key: 'workspace', limit: true, says: ['/gws/aurora'] } },
    },
    {
      sees: 'a workspace that does not is red, with the reason',
      given: { workspace: workspace({ reached: false, problem: 'nothing is mounted' }) },
      find: {
        workspace: {
          level: 'red',
          value: false,
          key: 'workspace',
          limit: true,
          says: ['cannot be reached', 'nothing is mounted'],
          clears: '/gws/aurora is mounted, and answers within 8 s',
        },
      },
    },
  ],

  'workspace-usage': [
    ...along(
      {
        under: 'workspace',
        limits: { amber: 80, red: 90 },
        subject: 'workspace',
        about: '/gws/aurora',
        clears: 'it is below 80 %',
        given: (used_percent) => ({ workspace: workspace({ used_percent, used_bytes: 10, size_bytes: 20 }) }),
      },
      [
        [79.99, 'green', 'amber', '79.9 %'],
        [80, 'amber', 'amber', ' 80 %'],
        [80.01, 'amber', 'amber', ' 80 %'],
        [89.99, 'amber', 'amber', '89.9 %'],
        [90, 'red', 'red', ' 90 %'],
        [90.01, 'red', 'red', ' 90 %'],
        [110, 'red', 'red', '110 %'],
      ],
    ),
    {
      sees: 'an exception counts for the workspace',
      given: { workspace: workspace({ used_percent: 92 }) },
      limits: { workspace: { for: { workspace: { amber: '92%', red: '97%' } } } },
      find: {
        workspace: {
          level: 'amber',
          value: 92,
          key: 'limits.workspace.for.workspace.amber',
          limit: 92,
          says: ['/gws/aurora'],
          clears: 'it is below 92 %',
        },
      },
    },
    {
      sees: 'a usage that nobody tells is unknown, never green',
      given: { workspace: workspace({ usage_problem: 'the file is too old' }) },
      find: {
        workspace: {
          level: 'unknown',
          value: null,
          key: 'limits.workspace.red',
          limit: 90,
          says: ['cannot be told', 'the file is too old'],
          clears: 'its usage is told again',
        },
      },
    },
    {
      sees: 'the usage of a workspace that is not reached is unknown',
      given: { workspace: workspace({ reached: false, problem: 'nothing is mounted' }) },
      find: {
        workspace: {
          level: 'unknown',
          value: null,
          key: 'limits.workspace.red',
          limit: 90,
          says: ['nothing is mounted'],
          clears: 'its usage is told again',
        },
      },
    },
  ],

  'power-voltage': [
    ...along(
      {
        under: 'voltage',
        limits: { amber: 52, red: 50 },
        subject: 'power',
        about: 'the battery voltage',
        clears: 'it is above 52 V',
        given: (voltage_volts) => ({ power: power({ voltage_volts }) }),
      },
      [
        [52.01, 'green', 'amber', '52.01 V'],
        [52, 'amber', 'amber', ' 52 V'],
        [51.99, 'amber', 'amber', '51.9 V'],
        [50.01, 'amber', 'amber', ' 50 V'],
        [50, 'amber', 'amber', ' 50 V'],
        [49.99, 'red', 'red', '49.9 V'],
        [0, 'red', 'red', ' 0 V'],
      ],
    ),
    {
      sees: 'an exception counts for the power supply',
      given: { power: power({ voltage_volts: 54 }) },
      limits: { voltage: { for: { power: { amber: '55 V' } } } },
      find: {
        power: {
          level: 'amber',
          value: 54,
          key: 'limits.voltage.for.power.amber',
          limit: 55,
          says: ['the battery voltage'],
        },
      },
    },
    {
      sees: 'one that is not known is unknown, never green, with the reason',
      given: { power: power({ voltage_problem: 'the last sample is 2h old', voltage_age_seconds: 7200 }) },
      find: {
        power: {
          level: 'unknown',
          value: null,
          key: 'limits.voltage.red',
          limit: 50,
          says: ['the battery voltage is not known', 'the last sample is 2h old'],
          clears: 'a fresh sample tells the battery voltage again',
        },
      },
    },
  ],

  'power-charge': [
    ...along(
      {
        under: 'charge',
        limits: { amber: 50, red: 25 },
        subject: 'power',
        about: 'the state of charge',
        clears: 'it is at or above 50 %',
        given: (charge_percent) => ({ power: power({ charge_percent }) }),
      },
      [
        [100, 'green', 'amber', '100 %'],
        [50, 'green', 'amber', ' 50 %'],
        [49.99, 'amber', 'amber', '49.9 %'],
        [25, 'amber', 'amber', ' 25 %'],
        [25.01, 'amber', 'amber', ' 25 %'],
        [24.99, 'red', 'red', '24.9 %'],
        [0, 'red', 'red', ' 0 %'],
      ],
    ),
    {
      sees: 'an exception counts for the power supply',
      given: { power: power({ charge_percent: 60 }) },
      limits: { charge: { for: { power: { amber: '70%' } } } },
      find: {
        power: {
          level: 'amber',
          value: 60,
          key: 'limits.charge.for.power.amber',
          limit: 70,
          says: ['the state of charge'],
        },
      },
    },
    {
      sees: 'one that is not known is unknown, never green, with the reason',
      given: { power: power({ charge_problem: 'the last sample is 2h old', charge_age_seconds: 7200 }) },
      find: {
        power: {
          level: 'unknown',
          value: null,
          key: 'limits.charge.red',
          limit: 25,
          says: ['the state of charge is not known', 'the last sample is 2h old'],
          clears: 'a fresh sample tells the state of charge again',
        },
      },
    },
  ],

  'power-temperature': [
    ...along(
      {
        under: 'temperature',
        limits: { amber: 40, red: 45 },
        subject: 'power',
        about: 'the internal temperature',
        clears: 'it is below 40 C',
        given: (temperature_celsius) => ({ power: power({ temperature_celsius }) }),
      },
      [
        [-12.5, 'green', 'amber', '-12.5 C'],
        [39.99, 'green', 'amber', '39.9 C'],
        [40, 'amber', 'amber', ' 40 C'],
        [40.01, 'amber', 'amber', ' 40 C'],
        [44.99, 'amber', 'amber', '44.9 C'],
        [45, 'red', 'red', ' 45 C'],
        [45.01, 'red', 'red', ' 45 C'],
      ],
    ),
    {
      sees: 'an exception counts for the power supply',
      given: { power: power({ temperature_celsius: 35 }) },
      limits: { temperature: { for: { power: { amber: '30 C' } } } },
      find: {
        power: {
          level: 'amber',
          value: 35,
          key: 'limits.temperature.for.power.amber',
          limit: 30,
          says: ['the internal temperature'],
        },
      },
    },
    {
      sees: 'one that is not known is unknown, never green, with the reason',
      given: { power: power({ temperature_problem: 'the last sample is 2h old', temperature_age_seconds: 7200 }) },
      find: {
        power: {
          level: 'unknown',
          value: null,
          key: 'limits.temperature.red',
          limit: 45,
          says: ['the internal temperature is not known', 'the last sample is 2h old'],
          clears: 'a fresh sample tells the internal temperature again',
        },
      },
    },
  ],

  'gate-verdict': [
    {
      sees: 'a gate that passes is green, with what it counted',
      given: { gates: { prune: gate({ counts: { files_checked: 12 } }) } },
      find: {
        prune: {
          level: 'green',
          value: 'pass',
          key: 'gates.prune',
          limit: 'pass',
          says: ['prune', '12 files_checked'],
        },
      },
    },
    {
      sees: 'a gate that fails is red, with its reason',
      given: { gates: { product: gate({ verdict: 'fail', reason: 'two products are missing' }) } },
      find: {
        product: {
          level: 'red',
          value: 'fail',
          key: 'gates.product',
          limit: 'pass',
          says: ['product', 'two products are missing'],
          clears: 'the gate decides again, and passes',
        },
      },
    },
    {
      sees: 'a verdict that nobody understands is unknown, never green',
      given: { gates: { prune: gate({ verdict: 'unknown' }) } },
      find: {
        prune: {
          level: 'unknown',
          value: 'unknown',
          key: 'gates.prune',
          limit: 'pass',
          says: ['prune', 'no verdict'],
          clears: 'the gate decides again, and passes',
        },
      },
    },
  ],

  'gate-age': [
    {
      sees: 'a verdict of just under 26 hours is green',
      given: { gates: { prune: gate({ age_seconds: 26 * 3600 - 1 }) } },
      find: { prune: { level: 'green', value: 93_599, key: 'limits.gate.amber', limit: 93_600, says: ['prune'] } },
    },
    {
      sees: 'a verdict of exactly 26 hours is green',
      given: { gates: { prune: gate({ age_seconds: 26 * 3600 }) } },
      find: { prune: { level: 'green', value: 93_600, key: 'limits.gate.amber', limit: 93_600, says: ['prune'] } },
    },
    {
      sees: 'a verdict of just over 26 hours is amber',
      given: { gates: { prune: gate({ age_seconds: 26 * 3600 + 1 }) } },
      find: {
        prune: {
          level: 'amber',
          value: 93_601,
          key: 'limits.gate.amber',
          limit: 93_600,
          says: ['prune', '93601s'],
          clears: 'it is at or below 1d',
        },
      },
    },
    {
      sees: 'an exception counts for its gate',
      given: { gates: { prune: gate({ age_seconds: 40 * 3600 }) } },
      limits: { gate: { for: { prune: { amber: '2d' } } } },
      find: {
        prune: { level: 'green', value: 144_000, key: 'limits.gate.for.prune.amber', limit: 172_800, says: ['prune'] },
      },
    },
  ],

  'filesystem-readonly': [
    {
      sees: 'a filesystem that can be written is green',
      given: { filesystems: { data: filesystem({ read_only: false }) } },
      find: {
        data: { level: 'green', value: false, key: 'filesystems.data.read-only', limit: false, says: ['/data'] },
      },
    },
    {
      sees: 'a filesystem that turned read-only is red, and the message says where it is mounted',
      given: { filesystems: { data: filesystem({ path: '/data/hatpro', read_only: true }) } },
      find: {
        data: {
          level: 'red',
          value: true,
          key: 'filesystems.data.read-only',
          limit: false,
          says: ['/data/hatpro', 'read-only', 'at /data'],
          clears: '/data is mounted read-write again',
        },
      },
    },
    {
      sees: 'a filesystem that may be read-only and is, is green',
      given: { filesystems: { dvd: filesystem({ path: '/dvd', read_only: true, read_only_allowed: true }) } },
      find: {
        dvd: { level: 'green', value: true, key: 'filesystems.dvd.read-only', limit: true, says: ['/dvd', 'allows'] },
      },
    },
    {
      sees: 'a filesystem that may be read-only and is not, is green',
      given: { filesystems: { dvd: filesystem({ path: '/dvd', read_only: false, read_only_allowed: true }) } },
      find: { dvd: { level: 'green', value: false, key: 'filesystems.dvd.read-only', limit: true, says: ['/dvd'] } },
    },
    {
      sees: 'that one may be read-only does not allow it to another',
      given: {
        filesystems: {
          data: filesystem({ read_only: true }),
          dvd: filesystem({ path: '/dvd', read_only: true, read_only_allowed: true }),
        },
      },
      find: {
        data: { level: 'red', value: true, key: 'filesystems.data.read-only', limit: false, says: ['/data'] },
        dvd: { level: 'green', value: true, key: 'filesystems.dvd.read-only', limit: true, says: ['/dvd'] },
      },
    },
  ],

  'service-state': [
    {
      sees: 'a service that runs is green',
      given: { services: { 'sync.service': service({}) } },
      find: { 'sync.service': state('green', ['active', 'running']) },
    },
    {
      sees: 'a service that failed is red, with the exit status of its process',
      given: {
        services: {
          'sync.service': service({
            active_state: 'failed',
            sub_state: 'failed',
            result: 'exit-code',
            exit_status: 23,
            type: 'oneshot',
          }),
        },
      },
      find: { 'sync.service': state('red', ['failed', 'exit status 23'], 'failed') },
    },
    {
      sees: 'a service that was killed is red, and an exit status of 9 does not look like its own',
      given: {
        services: {
          'sync.service': service({ active_state: 'failed', sub_state: 'failed', result: 'signal', exit_status: 9 }),
        },
      },
      find: { 'sync.service': state('red', ['failed', '(signal)'], 'failed') },
    },
    {
      sees: 'a service that took too long is red',
      given: {
        services: { 'sync.service': service({ active_state: 'failed', sub_state: 'failed', result: 'timeout' }) },
      },
      find: { 'sync.service': state('red', ['failed', 'timeout'], 'failed') },
    },
    {
      sees: 'a unit that is watched and not installed is red',
      given: {
        services: {
          'sync.service': service({
            load_state: 'not-found',
            active_state: 'inactive',
            sub_state: 'dead',
            enabled: '',
          }),
        },
      },
      find: { 'sync.service': state('red', ['not-found'], 'inactive') },
    },
    {
      sees: 'a unit that systemd cannot read is red',
      given: {
        services: {
          'sync.service': service({ load_state: 'bad-setting', active_state: 'inactive', sub_state: 'dead' }),
        },
      },
      find: { 'sync.service': state('red', ['bad-setting'], 'inactive') },
    },
    {
      sees: 'a unit that is gone from the disk but runs on is red',
      given: { services: { 'sync.service': service({ load_state: 'not-found', enabled: '' }) } },
      find: { 'sync.service': state('red', ['not-found']) },
    },
    {
      sees: 'a unit that somebody masked is amber',
      given: {
        services: {
          'sync.service': service({
            load_state: 'masked',
            active_state: 'inactive',
            sub_state: 'dead',
            enabled: 'masked',
          }),
        },
      },
      find: { 'sync.service': state('amber', ['masked'], 'inactive') },
    },
    {
      sees: 'a service that is off though it is enabled is amber',
      given: { services: { 'sync.service': service({ type: 'simple', active_state: 'inactive', sub_state: 'dead' }) } },
      find: { 'sync.service': state('amber', ['off', 'enabled'], 'inactive') },
    },
    {
      sees: 'a service that is off though it is enabled until the next boot is amber',
      given: {
        services: {
          'sync.service': service({ active_state: 'inactive', sub_state: 'dead', enabled: 'enabled-runtime' }),
        },
      },
      find: { 'sync.service': state('amber', ['off', 'enabled'], 'inactive') },
    },
    {
      sees: 'a service of another type that has ended and is off though it is enabled is amber',
      given: {
        services: {
          'sync.service': service({
            type: 'simple',
            active_state: 'inactive',
            sub_state: 'dead',
            last_start_at: '2026-11-20T07:30:00.000Z',
          }),
        },
      },
      find: { 'sync.service': state('amber', ['off', 'enabled'], 'inactive') },
    },
    {
      sees: 'a oneshot that has run is green',
      given: {
        services: {
          'sync.service': service({
            type: 'oneshot',
            active_state: 'inactive',
            sub_state: 'dead',
            last_start_at: '2026-11-20T07:30:00.000Z',
          }),
        },
      },
      find: { 'sync.service': state('green', ['inactive', 'dead'], 'inactive') },
    },
    {
      sees: 'an enabled oneshot that has never run is amber',
      given: {
        services: { 'sync.service': service({ type: 'oneshot', active_state: 'inactive', sub_state: 'dead' }) },
      },
      find: { 'sync.service': state('amber', ['off', 'enabled'], 'inactive') },
    },
    {
      sees: 'a unit whose own conditions kept it from starting is green',
      given: {
        services: {
          'sync.service': service({
            type: 'simple',
            active_state: 'inactive',
            sub_state: 'dead',
            condition_met: false,
          }),
        },
      },
      find: { 'sync.service': state('green', ['inactive', 'dead'], 'inactive') },
    },
    {
      sees: 'a unit whose conditions were met and that is off though it is enabled is amber',
      given: {
        services: {
          'sync.service': service({ type: 'simple', active_state: 'inactive', sub_state: 'dead', condition_met: true }),
        },
      },
      find: { 'sync.service': state('amber', ['off', 'enabled'], 'inactive') },
    },
    ...['static', 'disabled', 'indirect', 'generated', ''].map((enabled): Case => ({
      sees: `a service that is off and ${enabled || 'without a unit file'} is green`,
      given: { services: { 'sync.service': service({ active_state: 'inactive', sub_state: 'dead', enabled }) } },
      find: { 'sync.service': state('green', ['inactive', 'dead'], 'inactive') },
    })),
    {
      sees: 'a service that is just starting is green',
      given: { services: { 'sync.service': service({ active_state: 'activating', sub_state: 'start' }) } },
      find: { 'sync.service': state('green', ['activating', 'start'], 'activating') },
    },
    {
      sees: 'each unit is judged by itself',
      given: {
        services: {
          'sync.service': service({}),
          'sync.timer': service({ active_state: 'inactive', sub_state: 'dead' }),
        },
      },
      find: {
        'sync.service': state('green', []),
        'sync.timer': { level: 'amber', value: 'inactive', key: '', limit: 'active', says: ['sync.timer', 'off'] },
      },
    },
  ],

  'service-restarts': [
    ...along(
      {
        under: 'restarts',
        limits: { red: 3 },
        subject: 'sync.service',
        about: 'sync.service',
        clears: 'it is below 3',
        given: (recent_restarts) => ({
          services: { 'sync.service': service({ restarts: 100 + recent_restarts, recent_restarts }) },
        }),
      },
      [
        [0, 'green', 'red', ' 0 '],
        [2, 'green', 'red', ' 2 '],
        [3, 'red', 'red', ' 3 '],
        [4, 'red', 'red', ' 4 '],
      ],
    ),
    {
      sees: 'a service that waits for its next restart is judged by all of them, however slow they come',
      given: {
        services: {
          'sync.service': service({
            active_state: 'activating',
            sub_state: 'auto-restart',
            restarts: 3,
            recent_restarts: 0,
          }),
        },
      },
      find: {
        'sync.service': {
          level: 'red',
          value: 3,
          key: 'limits.restarts.red',
          limit: 3,
          says: ['sync.service', ' 3 ', 'waiting'],
        },
      },
    },
    {
      sees: 'a service that waits for one of its first restarts is green',
      given: {
        services: { 'sync.service': service({ active_state: 'activating', sub_state: 'auto-restart', restarts: 2 }) },
      },
      find: {
        'sync.service': {
          level: 'green',
          value: 2,
          key: 'limits.restarts.red',
          limit: 3,
          says: ['sync.service', ' 2 '],
        },
      },
    },
    {
      sees: 'in the first snapshot, with nothing to compare with, nothing is found; nor is it of a timer',
      given: { services: { 'sync.service': service({ restarts: 17 }), 'sync.timer': service({}) } },
      find: {},
    },
    {
      sees: 'an exception counts for its unit and for no other',
      given: {
        services: {
          'flaky.service': service({ restarts: 9, recent_restarts: 9 }),
          'sync.service': service({ restarts: 9, recent_restarts: 9 }),
        },
      },
      limits: { restarts: { for: { 'flaky.service': { red: 10 } } } },
      find: {
        'flaky.service': {
          level: 'green',
          value: 9,
          key: 'limits.restarts.for.flaky.service.red',
          limit: 10,
          says: ['flaky.service', ' 9 '],
        },
        'sync.service': { level: 'red', value: 9, key: 'limits.restarts.red', limit: 3, says: ['sync.service', ' 9 '] },
      },
    },
  ],

  'timer-overdue': [
    ...along(
      {
        under: 'timer',
        limits: { red: 60 },
        subject: 'sync.timer',
        about: 'sync.timer',
        clears: 'it is at or below 1m',
        given: (overdue_seconds) => ({ services: { 'sync.timer': timer(overdue_seconds) } }),
      },
      [
        [0, 'green', 'red', '0s'],
        [1, 'green', 'red', '1s'],
        [59, 'green', 'red', '59s'],
        [60, 'green', 'red', '1m'],
        [61, 'red', 'red'],
        [66, 'red', 'red', '1.1m'],
        [7200, 'red', 'red', '2h'],
      ],
    ),
    {
      sees: 'a timer that is late says since when',
      given: { services: { 'sync.timer': timer(5400) } },
      find: {
        'sync.timer': {
          level: 'red',
          value: 5400,
          key: 'limits.timer.red',
          limit: 60,
          says: ['sync.timer should have run at 2026-11-20 07:45 UTC and is late by 1.5h'],
        },
      },
    },
    {
      sees: 'a timer that is not late says when it runs next',
      given: { services: { 'sync.timer': timer(0) } },
      find: {
        'sync.timer': {
          level: 'green',
          value: 0,
          key: 'limits.timer.red',
          limit: 60,
          says: ['sync.timer runs next at 2026-11-20 07:45 UTC'],
        },
      },
    },
    {
      sees: 'a service, and a timer without a next run, are not judged',
      given: {
        services: {
          'sync.service': service({}),
          'sync.timer': service({ active_state: 'inactive', sub_state: 'dead', triggers: 'sync.service' }),
        },
      },
      find: {},
    },
    {
      sees: 'an exception counts for its timer and for no other',
      given: { services: { 'slow.timer': timer(900), 'sync.timer': timer(900) } },
      limits: { timer: { for: { 'slow.timer': { red: '15min' } } } },
      find: {
        'slow.timer': {
          level: 'green',
          value: 900,
          key: 'limits.timer.for.slow.timer.red',
          limit: 900,
          says: ['slow.timer', '15m'],
        },
        'sync.timer': { level: 'red', value: 900, key: 'limits.timer.red', limit: 60, says: ['sync.timer', '15m'] },
      },
    },
  ],

  'endpoint-status': [
    ...(
      [
        [100, 'red'],
        [199, 'red'],
        [200, 'green'],
        [204, 'green'],
        [302, 'green'],
        [399, 'green'],
        [400, 'red'],
        [404, 'red'],
        [503, 'red'],
      ] as const
    ).map(([status, level]): Case => ({
      sees: `an answer with status ${status} is ${level}`,
      given: { endpoints: { web: endpoint({ status }) } },
      find: { web: answer(level, status, [String(status)]) },
    })),
    {
      sees: 'no answer is red, and the message says why none came',
      given: { endpoints: { web: unanswered('connect ECONNREFUSED 192.0.2.7:443') } },
      find: { web: answer('red', null, ['does not answer', 'connect ECONNREFUSED 192.0.2.7:443']) },
    },
    {
      sees: 'that one does not answer says nothing of another',
      given: { endpoints: { api: unanswered('no answer within 5s'), web: endpoint({}) } },
      find: { api: answer('red', null, ['no answer within 5s']), web: answer('green', 200, ['200']) },
    },
  ],

  'endpoint-response': [
    ...(
      [
        [0.5, 'green', 0.0005, '1ms'],
        [1999.9, 'green', 1.9999, '1.9s'],
        [2000, 'green', 2, '2s'],
        [2000.1, 'amber', 2.0001],
        [2100, 'amber', 2.1, '2.1s'],
      ] as const
    ).map(([response_ms, level, value, printed]): Case => ({
      sees: `an answer after ${response_ms} ms where 2 s is slow is ${level}`,
      given: { endpoints: { web: endpoint({ response_ms }) } },
      find: {
        web: {
          level,
          value,
          key: 'endpoints.web.slow',
          limit: 2,
          says: ['https://obs.example.org/', ...(printed === undefined ? [] : [printed]), 'amber above 2s'],
          ...(level === 'green' ? {} : { clears: 'it answers within 2s' }),
        },
      },
    })),
    {
      sees: 'each endpoint has its own limit, and the dashboard’s stands elsewhere in the configuration',
      given: {
        endpoints: {
          dashboard: endpoint({ response_ms: 600, slow_seconds: 0.5 }),
          web: endpoint({ response_ms: 600, slow_seconds: 10 }),
        },
      },
      find: {
        dashboard: { level: 'amber', value: 0.6, key: 'dashboard.slow', limit: 0.5, says: ['600ms', '500ms'] },
        web: { level: 'green', value: 0.6, key: 'endpoints.web.slow', limit: 10, says: ['600ms', '10s'] },
      },
    },
    {
      sees: 'how long no answer came is no response time',
      given: { endpoints: { web: unanswered('no answer within 5s') } },
      find: {},
    },
    {
      sees: 'an answer that says there is an error still has a response time',
      given: { endpoints: { web: endpoint({ status: 503, response_ms: 3000 }) } },
      find: { web: { level: 'amber', value: 3, key: 'endpoints.web.slow', limit: 2, says: ['3s'] } },
    },
  ],

  'endpoint-certificate': [
    ...(
      [
        [90, 'green', 'amber', 7_776_000, '90d'],
        [14.01, 'green', 'amber', 1_210_464, '14d'],
        [14, 'green', 'amber', 1_209_600, '14d'],
        [13.99, 'amber', 'amber', 1_208_736, '13.9d'],
        [3.01, 'amber', 'amber', 260_064, '3d'],
        [3, 'amber', 'amber', 259_200, '3d'],
        [2.99, 'red', 'red', 258_336, '2.9d'],
        [0.5, 'red', 'red', 43_200, '12h'],
        [0, 'red', 'red', 0, '0s'],
      ] as const
    ).map(([certificate_days_left, level, decided, value, printed]): Case => ({
      sees: `a certificate that ends in ${certificate_days_left} days is ${level}`,
      given: { endpoints: { web: endpoint({ certificate_days_left }) } },
      find: {
        web: {
          level,
          value,
          key: `limits.certificate.${decided}`,
          limit: { amber: 1_209_600, red: 259_200 }[decided],
          says: ['https://obs.example.org/', `ends in ${printed} `],
          ...(level === 'green' ? {} : { clears: 'it is at or above 14d' }),
        },
      },
    })),
    {
      sees: 'a certificate that has ended is red, and the message says how long ago',
      given: { endpoints: { web: endpoint({ certificate_days_left: -0.5, certificate_problem: 'CERT_HAS_EXPIRED' }) } },
      find: {
        web: {
          level: 'red',
          value: -43_200,
          key: 'limits.certificate.red',
          limit: 259_200,
          says: ['https://obs.example.org/', 'ended 12h ago'],
        },
      },
    },
    {
      sees: 'an endpoint without a certificate is not judged by one',
      given: { endpoints: { web: endpoint({ url: 'http://obs.example.org/' }) } },
      find: {},
    },
    {
      sees: 'an exception counts for its endpoint and for no other',
      given: {
        endpoints: { api: endpoint({ certificate_days_left: 6 }), web: endpoint({ certificate_days_left: 6 }) },
      },
      limits: { certificate: { for: { api: { amber: '5d', red: '1d' } } } },
      find: {
        api: {
          level: 'green',
          value: 518_400,
          key: 'limits.certificate.for.api.amber',
          limit: 432_000,
          says: ['6d', 'amber below 5d'],
        },
        web: {
          level: 'amber',
          value: 518_400,
          key: 'limits.certificate.amber',
          limit: 1_209_600,
          says: ['6d', 'amber below 14d'],
        },
      },
    },
  ],

  'checkout-dirty': [
    ...along(
      {
        under: 'dirty',
        limits: { amber: 1 },
        subject: 'processing',
        about: '/opt/processing',
        clears: 'it is below 1',
        given: (dirty_files) => ({ checkouts: { processing: checkout({ dirty_files, changed_files: dirty_files }) } }),
      },
      [
        [0, 'green', 'amber', ' 0 files'],
        [1, 'amber', 'amber', ' 1 file:'],
        [2, 'amber', 'amber', ' 2 files:'],
      ],
    ),
    {
      sees: 'the message says the branch, and what is changed and what is unknown',
      given: { checkouts: { processing: checkout({ dirty_files: 5, changed_files: 1, untracked_files: 4 }) } },
      find: {
        processing: {
          level: 'amber',
          value: 5,
          key: 'limits.dirty.amber',
          limit: 1,
          says: ['/opt/processing (main)', '5 files', '1 change', '4 unknown'],
        },
      },
    },
    {
      sees: 'files in conflict are told too: they are what somebody must do something about',
      given: { checkouts: { processing: checkout({ dirty_files: 1, conflicted_files: 1 }) } },
      find: {
        processing: {
          level: 'amber',
          value: 1,
          key: 'limits.dirty.amber',
          limit: 1,
          says: ['/opt/processing', '1 file', 'conflict'],
        },
      },
    },
    {
      sees: 'an exception counts for its checkout and for no other',
      given: {
        checkouts: {
          notebooks: checkout({ path: '/opt/notebooks', dirty_files: 3, untracked_files: 3 }),
          processing: checkout({ dirty_files: 3, untracked_files: 3 }),
        },
      },
      limits: { dirty: { for: { notebooks: { amber: 4 } } } },
      find: {
        notebooks: {
          level: 'green',
          value: 3,
          key: 'limits.dirty.for.notebooks.amber',
          limit: 4,
          says: ['/opt/notebooks', '3 files'],
        },
        processing: {
          level: 'amber',
          value: 3,
          key: 'limits.dirty.amber',
          limit: 1,
          says: ['/opt/processing', '3 files'],
        },
      },
    },
  ],

  'checkout-behind': [
    ...along(
      {
        under: 'behind',
        limits: { amber: 1 },
        subject: 'processing',
        about: '/opt/processing',
        clears: 'it is below 1',
        given: (behind) => ({ checkouts: { processing: checkout({ behind }) } }),
      },
      [
        [0, 'green', 'amber', ' 0 commits of origin/main'],
        [1, 'amber', 'amber', ' 1 commit'],
        [2, 'amber', 'amber', ' 2 commits of origin/main'],
      ],
    ),
    {
      sees: 'a checkout that has gone its own way says so',
      given: { checkouts: { processing: checkout({ ahead: 1, behind: 12 }) } },
      find: {
        processing: {
          level: 'amber',
          value: 12,
          key: 'limits.behind.amber',
          limit: 1,
          says: ['12 commits of origin/main', 'has 1 commit '],
        },
      },
    },
    {
      sees: 'being ahead alone is no fault',
      given: { checkouts: { processing: checkout({ ahead: 2, behind: 0 }) } },
      find: { processing: { level: 'green', value: 0, key: 'limits.behind.amber', limit: 1, says: ['2 commits'] } },
    },
    {
      sees: 'without counts against an upstream nobody knows, and nothing is found',
      given: {
        checkouts: {
          processing: {
            path: '/opt/processing',
            branch: '(detached)',
            commit: '4f0c1c9a5be0b8ef5bd1f4d5b7c2c0de3b1a7f55',
            detached: true,
            changed_files: 0,
            untracked_files: 0,
            conflicted_files: 0,
            dirty_files: 0,
          },
        },
      },
      find: {},
    },
    {
      sees: 'an exception counts for its checkout and for no other',
      given: {
        checkouts: { notebooks: checkout({ path: '/opt/notebooks', behind: 5 }), processing: checkout({ behind: 5 }) },
      },
      limits: { behind: { for: { notebooks: { amber: 6 } } } },
      find: {
        notebooks: {
          level: 'green',
          value: 5,
          key: 'limits.behind.for.notebooks.amber',
          limit: 6,
          says: ['/opt/notebooks', ' 5 '],
        },
        processing: { level: 'amber', value: 5, key: 'limits.behind.amber', limit: 1, says: ['/opt/processing'] },
      },
    },
  ],

  'host-load': [
    ...(
      [
        [0, 'green', 0, ' 0 '],
        [7.99, 'green', 1.9975, ' 1.9 '],
        [8, 'green', 2, ' 2 '],
        [8.01, 'amber', 2.0025],
        [8.4, 'amber', 2.1, ' 2.1 '],
      ] as const
    ).map(([load_5, level, value, printed]): Case => ({
      sees: `a load of ${load_5} on 4 processors is ${level}`,
      given: { host: host({ load_5 }) },
      find: {
        host: {
          level,
          value,
          key: 'limits.load.amber',
          limit: 2,
          says: [
            `load of the last 5 minutes is ${load_5} on 4 processors`,
            ...(printed === undefined ? [] : [printed]),
          ],
          ...(level === 'green' ? {} : { clears: 'it is at or below 2' }),
        },
      },
    })),
    {
      sees: 'the load of the last minute alone is no fault',
      given: { host: host({ load_1: 64 }) },
      find: { host: { level: 'green', value: 0.125, key: 'limits.load.amber', limit: 2, says: ['0.5 on 4'] } },
    },
    {
      sees: 'the same load on fewer processors is more',
      given: { host: host({ load_5: 8, cpus: 2 }) },
      find: { host: { level: 'amber', value: 4, key: 'limits.load.amber', limit: 2, says: ['8 on 2 processors'] } },
    },
    {
      sees: 'an exception for the host counts',
      given: { host: host({ load_5: 8.4 }) },
      limits: { load: { for: { host: { amber: 2.5 } } } },
      find: { host: { level: 'green', value: 2.1, key: 'limits.load.for.host.amber', limit: 2.5, says: ['2.5'] } },
    },
  ],

  'host-memory': [
    ...along(
      {
        under: 'memory',
        limits: { amber: 90 },
        subject: 'host',
        about: 'memory',
        clears: 'it is at or below 90 %',
        given: (memory_used_percent) => ({ host: host({ memory_used_percent }) }),
      },
      [
        [40, 'green', 'amber', ' 40 %'],
        [89.99, 'green', 'amber', '89.9 %'],
        [90, 'green', 'amber', ' 90 %'],
        [90.01, 'amber', 'amber'],
        [90.1, 'amber', 'amber', '90.1 %'],
      ],
    ),
    {
      sees: 'the message says how much memory is left',
      given: { host: host({ memory_used_percent: 95, memory_available_bytes: 800_000_000 }) },
      find: {
        host: {
          level: 'amber',
          value: 95,
          key: 'limits.memory.amber',
          limit: 90,
          says: ['memory is 95 % in use, 800 MB left (amber above 90 %)'],
        },
      },
    },
    {
      sees: 'an exception for the host counts',
      given: { host: host({ memory_used_percent: 95 }) },
      limits: { memory: { for: { host: { amber: '97%' } } } },
      find: { host: { level: 'green', value: 95, key: 'limits.memory.for.host.amber', limit: 97, says: ['95 %'] } },
    },
  ],

  'host-oom': [
    ...along(
      {
        under: 'oom',
        limits: { red: 1 },
        subject: 'host',
        about: 'killed for want of memory',
        clears: 'it is below 1',
        given: (recent_oom_kills) => ({ host: host({ oom_kills: 40 + recent_oom_kills, recent_oom_kills }) }),
      },
      [
        [0, 'green', 'red', ' 0 processes'],
        [1, 'red', 'red', ' 1 process '],
        [2, 'red', 'red', ' 2 processes'],
      ],
    ),
    {
      sees: 'in the first snapshot, with nothing to compare with, nothing is found',
      given: { host: host({ oom_kills: 40 }) },
      find: {},
    },
    {
      sees: 'an exception for the host counts',
      given: { host: host({ recent_oom_kills: 2 }) },
      limits: { oom: { for: { host: { red: 3 } } } },
      find: { host: { level: 'green', value: 2, key: 'limits.oom.for.host.red', limit: 3, says: ['2 processes'] } },
    },
  ],

  'host-failed-units': [
    ...along(
      {
        under: 'failed-units',
        limits: { amber: 1 },
        subject: 'host',
        about: 'failed units',
        clears: 'it is below 1',
        given: (failed) => ({ systemd: { failed, failed_units: ['a.service', 'b.mount'].slice(0, failed) } }),
      },
      [
        [0, 'green', 'amber', ' 0 '],
        [1, 'amber', 'amber', ' 1: a.service '],
        [2, 'amber', 'amber', ' 2: a.service, b.mount '],
      ],
    ),
    {
      sees: 'of very many failed units the message names a few',
      given: {
        systemd: { failed: 7, failed_units: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => `${name}.service`) },
      },
      find: {
        host: {
          level: 'amber',
          value: 7,
          key: 'limits.failed-units.amber',
          limit: 1,
          says: ['7: a.service, b.service, c.service, d.service, e.service and 2 more'],
        },
      },
    },
    {
      sees: 'an exception for the host counts',
      given: { systemd: { failed: 1, failed_units: ['a.service'] } },
      limits: { 'failed-units': { for: { host: { amber: 2 } } } },
      find: {
        host: { level: 'green', value: 1, key: 'limits.failed-units.for.host.amber', limit: 2, says: ['a.service'] },
      },
    },
  ],

  'clock-synchronised': [
    {
      sees: 'a clock that is synchronised is green, and the message says who says so',
      given: { clock: { synchronised: true, told_by: 'systemd-timesyncd' } },
      find: {
        host: { level: 'green', value: true, key: '', limit: true, says: ['is synchronised', 'systemd-timesyncd'] },
      },
    },
    {
      sees: 'a clock that runs free is amber',
      given: { clock: { synchronised: false, told_by: 'timedatectl' } },
      find: {
        host: { level: 'amber', value: false, key: '', limit: true, says: ['is not synchronised', 'timedatectl'] },
      },
    },
  ],
};

const limitsOf = (written: Readonly<Record<string, unknown>> = {}): Record<string, unknown> =>
  healthConfig.limits.parse(written);

function assess(name: string, { given, limits }: Pick<Case, 'given' | 'limits'>): readonly Finding[] {
  const check = all.find((candidate) => candidate.name === name);
  assert.ok(check, `there is no check ${name}`);
  return check.assess(given, check.limits && limitsOf(limits)[check.limits.key], at);
}

for (const [name, list] of Object.entries(cases)) {
  for (const one of list) {
    test(`${name}: ${one.sees}`, () => {
      const findings = assess(name, one);
      assert.deepEqual(
        findings.map(({ subject }) => subject),
        Object.keys(one.find),
      );
      for (const { subject, level, value, limit, message, clears_when } of findings) {
        const expected = one.find[subject];
        assert.ok(expected);
        assert.equal(level, expected.level);
        if (typeof expected.value === 'number' && typeof value === 'number') {
          assert.ok(Math.abs(value - expected.value) < 1e-6, `the value is ${value} in place of ${expected.value}`);
        } else assert.equal(value, expected.value);
        assert.deepEqual(limit, { value: expected.limit, key: expected.key });
        for (const words of expected.says) {
          assert.ok(message.includes(words), `${JSON.stringify(message)} does not say ${JSON.stringify(words)}`);
        }
        assert.ok(expected.says.length > 0 && !message.includes('\n') && !message.includes('undefined'), message);
        assert.equal(clears_when === undefined, level === 'green', 'only what is not green can clear');
        if (expected.clears !== undefined) assert.equal(clears_when, expected.clears);
      }
    });
  }
}

test('endpoint-certificate: one that browsers refuse is red however long it lasts, and the message says why', () => {
  const given = {
    endpoints: { web: endpoint({ certificate_days_left: 90, certificate_problem: 'SELF_SIGNED_CERT_IN_CHAIN' }) },
  };
  const [finding, ...rest] = assess('endpoint-certificate', { given });
  assert.ok(finding);
  assert.deepEqual(rest, []);
  assert.equal(finding.subject, 'web');
  assert.equal(finding.level, 'red');
  assert.match(finding.message, /https:\/\/obs\.example\.org\/.*SELF_SIGNED_CERT_IN_CHAIN/);
  assert.match(finding.clears_when ?? '', /certificate/);
});

test('endpoint-certificate: where browsers refuse it, no limit of days is named as what decided', () => {
  const given = {
    endpoints: { web: endpoint({ certificate_days_left: 90, certificate_problem: 'SELF_SIGNED_CERT_IN_CHAIN' }) },
  };
  const keys = assess('endpoint-certificate', { given }).map(({ limit }) => limit.key);
  assert.equal(keys.length, 1);
  assert.doesNotMatch(keys[0] ?? '', /^limits\.certificate\./);
});

test('endpoint-certificate: one that browsers refuse, and of which no end is known, is red all the same', () => {
  const given = { endpoints: { web: endpoint({ certificate_problem: 'DEPTH_ZERO_SELF_SIGNED_CERT' }) } };
  assert.deepEqual(
    assess('endpoint-certificate', { given }).map(({ level }) => level),
    ['red'],
  );
});

test('a value that is only just across a limit is not printed as the limit itself, which would not be across', () => {
  const across: [name: string, given: Partial<Readable>, asTheLimit: RegExp][] = [
    ['host-memory', { host: host({ memory_used_percent: 90.01 }) }, / is 90 % in use/],
    ['host-load', { host: host({ load_5: 8.01 }) }, /share 2 \(/],
    ['timer-overdue', { services: { 'sync.timer': timer(61) } }, /late by 1m \(/],
    ['endpoint-response', { endpoints: { web: endpoint({ response_ms: 2000.1 }) } }, /answers in 2s \(/],
    ['endpoint-certificate', { endpoints: { web: endpoint({ certificate_days_left: 13.99 }) } }, /ends in 14d \(/],
    ['filesystem-usage', { filesystems: { data: filesystem({ used_percent: 79.99 }) } }, /is 80 % full/],
  ];
  const lies = across.flatMap(([name, given, asTheLimit]) =>
    assess(name, { given }).flatMap(({ message }) => (asTheLimit.test(message) ? [message] : [])),
  );
  assert.deepEqual(lies, []);
  assert.ok(across.length >= 6);
});

test('the limits of an empty configuration are those that are documented', () => {
  assert.deepEqual(limitsOf(), {
    filesystem: { amber: 80, red: 90, for: {} },
    workspace: { amber: 80, red: 90, for: {} },
    coverage: { amber: 99, red: 95, for: {} },
    mismatch: { amber: 1, for: {} },
    lag: { amber: 1, red: 3, for: {} },
    gate: { amber: 26 * 3600, for: {} },
    inodes: { amber: 80, red: 90, for: {} },
    restarts: { red: 3, for: {} },
    timer: { red: 60, for: {} },
    certificate: { amber: 1_209_600, red: 259_200, for: {} },
    dirty: { amber: 1, for: {} },
    behind: { amber: 1, for: {} },
    load: { amber: 2, for: {} },
    memory: { amber: 90, for: {} },
    oom: { red: 1, for: {} },
    'failed-units': { amber: 1, for: {} },
    voltage: { amber: 52, red: 50, for: {} },
    charge: { amber: 50, red: 25, for: {} },
    temperature: { amber: 40, red: 45, for: {} },
    snapshot: { intervals: 3 },
    heartbeat: { amber: 1200, red: 7200 },
  });
});

test('a limit without its unit, of another unit or unknown is refused, also under a subject', () => {
  const refused = [
    { filesystem: { amber: 80 } },
    { filesystem: { amber: '80' } },
    { filesystem: { yellow: '80%' } },
    { filesystem: { for: { data: { amber: '1h' } } } },
    { filesystem: { for: { data: { yellow: '80%' } } } },
    { timer: { red: 60 } },
    { timer: { amber: '1m' } },
    { dirty: { amber: '1' } },
    { dirty: { amber: 1.5 } },
    { dirty: { amber: -1 } },
    { load: { amber: 0 } },
    { disk: { amber: '80%' } },
  ];
  for (const written of refused) assert.throws(() => limitsOf(written), JSON.stringify(written));
  assert.ok(refused.length >= 12);
});

test('every check is tried here, and every name here is a check', () => {
  assert.deepEqual(Object.keys(cases).toSorted(), all.map(({ name }) => name).toSorted());
  assert.ok(all.length >= 16);
  for (const [name, list] of Object.entries(cases)) assert.ok(list.length >= 2, name);
});

test('every limit of every check is tried at itself, below and above, and for a subject of its own', () => {
  const tried: string[] = [];
  for (const { name, limits } of all) {
    if (!limits) continue;
    const byDefault = limitsOf()[limits.key] as Record<string, number>;
    const list = cases[name] ?? [];
    const values = list
      .filter((one) => one.limits === undefined)
      .flatMap(({ find }) => Object.values(find).map(({ value }) => Number(value)));
    for (const bound of Object.keys(limits.definitions)) {
      const limit = byDefault[bound] ?? Number.NaN;
      assert.ok(values.includes(limit), `${name} is not tried at ${bound} ${limit}`);
      assert.ok(
        values.some((value) => value < limit),
        `${name} is not tried below ${bound} ${limit}`,
      );
      assert.ok(
        values.some((value) => value > limit),
        `${name} is not tried above ${bound} ${limit}`,
      );
      tried.push(`${limits.key}.${bound}`);
    }
    const exceptions = list.filter((one) =>
      Object.values(one.find).some(({ key }) => key.startsWith(`limits.${limits.key}.for.`)),
    );
    assert.ok(exceptions.length > 0, `${name} has no exception for a subject`);
  }
  assert.ok(tried.length >= 14, `only ${tried.join(', ')}`);
});
