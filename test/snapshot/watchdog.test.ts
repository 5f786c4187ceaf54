// The watchdog probe: what watch-services left, whole, stale, missing, damaged or of another version.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { Verdict } from '../../lib/contract/check.ts';
import type { Envelope } from '../../lib/contract/envelope.ts';
import { runProbes } from '../../lib/engine/probes.ts';
import { watchdogAlert } from '../../lib/health/checks/watchdog-alert.ts';
import { watchdog } from '../../lib/snapshot/probes/watchdog.ts';
import type { Readable } from '../../lib/snapshot/sections/index.ts';
import { type Latest, latestServices } from '../../lib/watchdog/files.ts';
import { configurationOf, placesIn, temporaryFolder } from '../world.ts';
import { localHost } from './machine.ts';

const at = new Date('2026-11-20T08:00:00Z');
const ago = (seconds: number): string => new Date(at.getTime() - seconds * 1000).toISOString();

const two = `watchdog:
  services:
    api: { unit: api.service, limits: { memory: 4GB, open-files: 80% } }
    worker: { command-line: '*worker.py*' }`;

const alert = {
  schema_version: 1,
  service: 'api',
  measure: 'memory',
  message: 'api uses 5 GB',
  value: 5e9,
  worst: 6e9,
  unit: 'byte',
  limit: { value: 4e9, key: 'watchdog.services.api.limits.memory' },
  since: ago(900),
  began_at: ago(600),
} as const;

const latest = (more: Partial<Latest> = {}): Latest => ({
  schema_version: 1,
  at: ago(20),
  services: {
    api: {
      state: 'running',
      pids: [7],
      processes: 2,
      threads: 9,
      cpu_percent: 250,
      resident_bytes: 5e9,
      open_files_percent: 3,
      unread: {},
    },
    worker: { state: 'stopped', reason: 'no command line fits', pids: [], unread: {} },
  },
  network: {},
  alerts: [alert],
  ...more,
});

/** The section; `left` is the file that watch-services left, undefined for none. */
async function read(t: TestContext, left: Latest | string | undefined, configuration = two): Promise<Envelope> {
  const folder = temporaryFolder(t);
  const places = placesIn(folder);
  const path = latestServices.path(places, at);
  mkdirSync(dirname(path), { recursive: true });
  if (left !== undefined) writeFileSync(path, typeof left === 'string' ? left : JSON.stringify(left));
  const { sections } = await runProbes({
    probes: [watchdog],
    config: configurationOf(configuration),
    places,
    bootId: '',
    previous: {},
    now: () => at,
    monotonicMs: () => 0,
    openHost: (_name, signal) => localHost(folder, signal),
    timeoutMs: 10_000,
    budgetMs: 60_000,
    width: 4,
  });
  return sections['watchdog'] ?? assert.fail();
}

type Items = Readonly<Record<string, Envelope<Readable['watchdog'][string]>>>;

async function itemsOf(t: TestContext, left: Latest, configuration = two): Promise<Items> {
  const section = await read(t, left, configuration);
  assert.equal(section.status, 'ok', JSON.stringify(section));
  return (section.status === 'ok' ? section.data : {}) as Items;
}

describe('watchdog probe', () => {
  test('what was measured is shown with its age, and the alerts of each service', async (t) => {
    const { api, worker } = await itemsOf(t, latest());
    assert.ok(api?.status === 'ok' && worker?.status === 'ok');
    assert.deepEqual(api.data, {
      measured_at: ago(20),
      age_seconds: 20,
      state: 'running',
      processes: 2,
      threads: 9,
      processors: 2.5,
      resident_bytes: 5e9,
      open_files_percent: 3,
      alerts: { memory: { message: alert.message, value: 5e9, unit: 'byte', limit: alert.limit, since: alert.since } },
    });
    assert.deepEqual(
      [worker.data.state, worker.data.reason, worker.data.alerts],
      ['stopped', 'no command line fits', {}],
    );
  });

  test('a measurement of two minutes ago is shown; one from the future is no reading of any service', async (t) => {
    const { api } = await itemsOf(t, latest({ at: ago(120) }));
    assert.ok(api?.status === 'ok' && api.data.state === 'running');
    const future = await read(t, latest({ at: ago(-3600) }));
    assert.ok(future.status === 'failed');
    assert.match(future.reason, /measured in the future/);
  });

  test('services of an older measurement are unknown, with what was known of each then, and without its figures', async (t) => {
    const { api, worker } = await itemsOf(t, latest({ at: ago(121) }));
    assert.ok(api?.status === 'ok' && worker?.status === 'ok');
    const problem =
      'watch-services has not run since 2026-11-20T07:57:59.000Z; to run it every 30s: systemctl enable --now ops-monitor-watchdog.timer';
    assert.deepEqual(worker.data, {
      measured_at: ago(121),
      age_seconds: 121,
      state: 'unknown',
      reason: `2m 1s ago: worker does not run: no command line fits; ${problem}`,
      alerts: {},
    });
    assert.equal(api.data.reason, `2m 1s ago: api uses 5 GB; ${problem}`);
    assert.doesNotMatch(JSON.stringify(api), /5000000000/, 'an old value is shown');
    const [red] = watchdogAlert.assess({ watchdog: { worker: worker.data } }, at) as Verdict[];
    assert.deepEqual([red?.level, red?.subject], ['unknown', 'worker']);
    assert.match(red?.message ?? '', /^whether worker runs is not known: 2m 1s ago: worker does not run/);
  });

  test('without a file, or with a damaged one, there is no reading, and the reason says what to do', async (t) => {
    for (const [left, words] of [
      [undefined, /has measured nothing yet: there is no \S+latest\.json; .*enable --now ops-monitor-watchdog\.timer$/],
      ['{"at":', /is not JSON/],
      ['{}', /is not as expected/],
      ['['.repeat(1000), /nested more than 32/],
      [JSON.stringify({ ...latest(), schema_version: 99 }), /written by a newer version/],
    ] as const) {
      const section = await read(t, left);
      assert.ok(section.status === 'failed');
      assert.match(section.reason, words);
    }
  });

  test('a service that was not measured yet costs only its own reading', async (t) => {
    const { api, worker } = await itemsOf(t, latest({ services: { api: latest().services['api'] ?? assert.fail() } }));
    assert.equal(api?.status, 'ok');
    assert.ok(worker?.status === 'failed');
    assert.match(worker.reason, /did not measure worker in its last run/);
    const stale = await itemsOf(t, latest({ at: ago(3600), services: {} }));
    assert.ok(stale['worker']?.status === 'failed');
    assert.match(
      stale['worker'].reason,
      /^it was not measured yet, and watch-services has not run since \S+; to run it every 30s/,
    );
  });

  test('a limit whose value could not be read is told; without that limit it is not', async (t) => {
    const unread = { resident_bytes: 'EACCES', proportional_bytes: 'EACCES', open_files: 'EPERM' };
    const services = { api: { state: 'running', pids: [7], unread }, worker: { state: 'running', pids: [8], unread } };
    const { api, worker } = await itemsOf(t, latest({ services: services as unknown as Latest['services'] }));
    assert.ok(api?.status === 'ok' && worker?.status === 'ok');
    assert.deepEqual(api.data.unjudged, { memory: 'EACCES', 'open-files': 'EPERM' });
    assert.equal(worker.data.unjudged, undefined);
    for (const known of ['resident_bytes', 'proportional_bytes']) {
      const { [known as 'open_files']: _read, open_files: _files, ...others } = unread;
      const one = { ...services, api: { ...services.api, [known]: 1, open_files_percent: 3, unread: others } };
      const judged = await itemsOf(t, latest({ services: one as unknown as Latest['services'] }));
      assert.ok(judged['api']?.status === 'ok');
      assert.equal(judged['api'].data.unjudged, undefined, known);
    }
  });

  test('a limit of CPU time without a rate, and one of open files without a share, are not judged', async (t) => {
    const services = { api: { state: 'running', pids: [7], resident_bytes: 1, open_files: 4, unread: {} } };
    const configuration =
      'watchdog: { services: { api: { unit: api.service, limits: { cpu: 10%, open-files: 80% } } } }';
    const found = await itemsOf(t, latest({ services: services as unknown as Latest['services'] }), configuration);
    assert.ok(found['api']?.status === 'ok');
    assert.deepEqual(Object.keys(found['api'].data.unjudged ?? {}), ['open-files', 'cpu']);
  });

  test('a site without services of the watchdog reads nothing', async (t) => {
    const section = await read(t, 'not JSON', 'site: none');
    assert.deepEqual(section, { status: 'absent', reason: 'none is configured' });
  });
});
