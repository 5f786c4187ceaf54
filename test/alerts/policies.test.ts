// Runs every policy on its cases (policies/), through the configuration as a person writes it.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import type { Envelope } from '../../lib/contract/envelope.ts';
import type { Sighting } from '../../lib/contract/policy.ts';
import { sections as definitions } from '../../lib/config/registry.ts';
import {
  handlingOf,
  isCoveredBy,
  monitorSightings,
  snapshotSightings,
  readingsOf,
} from '../../lib/alerts/sightings.ts';
import { monitorPolicies, policies, red, snapshotPolicies } from '../../lib/alerts/policies.ts';
import { transports } from '../../lib/alerts/transports/index.ts';
import type { Level } from '../../lib/core/level.ts';
import type { JudgementInput } from '../../lib/health/files.ts';
import { checkNames } from '../../lib/config/check-names.ts';
import { judgedOf, snapshotOf } from '../judged.ts';
import { ok } from '../health/seen.ts';
import { configurationOf, readText, recordOf } from '../world.ts';
import { at, before } from './policies/case.ts';
import { cases } from './policies/index.ts';
import { seenPower } from './policies/power.ts';
import { unit } from './policies/service.ts';
import { disk } from './policies/storage.ts';
import { streamOf } from './policies/stream.ts';
import { observation } from './send-site.ts';

const judged = (sections: Record<string, Envelope>, configuration = '') =>
  judgedOf({ snapshot: snapshotOf(sections, at) }, configurationOf(configuration), at).snapshot;

const lookAt = (sections: Record<string, Envelope>, configuration = '') =>
  snapshotSightings(judged(sections, configuration), readingsOf(definitions, sections), configurationOf(configuration));

/** `firing`, `clear` or `unknown` of each subject. */
const states = (rule: string, sections: Record<string, Envelope>, configuration = ''): Record<string, string> =>
  Object.fromEntries(
    (lookAt(sections, configuration)[rule]?.sightings ?? []).map(({ subject, state }) => [subject, state]),
  );

/** The sightings of the policies over the monitor itself: all is well except for the state that the test passes. */
function monitor(known: Partial<JudgementInput> & { readonly age?: number }, configuration = '') {
  const { age = 0, ...rest } = known;
  const config = configurationOf(configuration);
  const outbox = { waiting: 0, waiting_seconds: 0, dead: 0 };
  const site = judgedOf({ snapshot: snapshotOf({}, before(age)), outbox, ...rest }, config, at);
  return monitorSightings([site.age, ...site.monitor], config);
}

/** What `red` makes of one more observation of the given level. */
function redOf(id: string, sections: Record<string, Envelope> = {}, level: Level = 'red') {
  const others = judged(sections);
  const { dependents } = others.find((one) => one.observation.id === id) ?? {};
  const all = [
    ...others.filter((one) => one.observation.id !== id),
    { observation: observation(id, level), ...(dependents ? { dependents } : {}) },
  ];
  const seen = snapshotSightings(all, { outcomes: {}, missing: [] }, configurationOf(''))['red'];
  return seen?.sightings.find(({ subject }) => subject === id);
}

const heartbeatOf = (age: number) => ({
  record: {
    schema_version: 1,
    tried_at: at.toISOString(),
    first_tried_at: before(1_000_000).toISOString(),
    accepted_at: before(age).toISOString(),
    style: 'healthchecks',
    told: 'success',
    outcome: 'refused',
    words: 'it answered 404',
  } as const,
});

describe('alerts/policies', () => {
  test('each policy over a snapshot fires from its limit on, and not before', () => {
    for (const [policy, sections, state, subject] of cases)
      assert.equal(states(policy, sections)[subject], state, `${policy} ${JSON.stringify(sections)}`);
    for (const { name } of snapshotPolicies) {
      const tried = new Set(cases.flatMap(([policy, , state]) => (policy === name ? [state] : [])));
      assert.ok(tried.has('firing') && tried.has('clear'), `${name} has no case that fires, or none that is clear`);
    }
    assert.ok(cases.length >= 27);
  });

  test('the page of alerts has a row of every rule with its keys, and names every mail transport', () => {
    const page = readText(join(import.meta.dirname, '..', '..', 'ops', 'docs', 'alerts.md'));
    const rows = page.split('\n').filter((line) => line.startsWith('| '));
    for (const { name, limit, hold } of policies) {
      const row = rows.find((line) => line.startsWith(`| \`${name}\` |`)) ?? assert.fail(`there is no row of ${name}`);
      // `hold` is a key of every rule.
      for (const key of [limit?.key, hold?.[0]].filter((one) => one !== undefined && one !== 'hold'))
        assert.ok(row.includes(`\`${key}\``), `${name}: ${key}`);
    }
    const transport = rows.find((line) => line.startsWith('| `OPS_ALERT_TRANSPORT` |')) ?? '';
    for (const { name } of transports.mail) assert.ok(transport.includes(`\`${name}\``), name);
  });

  test('the policy `red` alerts of red observations that no other policy covers, with the runbook of the check', () => {
    const left = ['endpoint-status:dashboard', 'gate-verdict:prune', 'mirror-coverage:a.gws', 'filesystem-inodes:data'];
    for (const id of left) {
      const found = redOf(id, disk(95));
      assert.equal(found?.state, 'firing', id);
      assert.equal(found.subject, id);
      assert.equal(found.runbook, `ops/runbooks/${id.split(':')[0]}.md`);
      assert.equal(found.clears_when, 'it answers');
    }
    assert.equal(redOf('gate-verdict:prune', {}, 'amber')?.state, 'clear');
    assert.equal(redOf('gate-verdict:prune', {}, 'green')?.state, 'clear');
    assert.equal(redOf('gate-verdict:prune', {}, 'unknown')?.state, 'unknown');
  });

  test('`red` ignores observations that another policy covers, also where that policy is clear', () => {
    const away = { hosts: ok({ source: ok({ address: 'x', reached: false, error: 'no' }) }) };
    const unmounted = { workspace: ok({ path: '/gws', reached: false, problem: 'no' }) };
    const told: readonly [id: string, sections: Record<string, Envelope>][] = [
      ['filesystem-usage:data', disk(10)],
      ['workspace-usage:workspace', unmounted],
      ['stream-age:hatpro', streamOf(5401)],
      ['power-charge:power', seenPower({ charge_percent: 24 })],
      ['power-voltage:power', seenPower({})],
      ['power-temperature:power', seenPower({})],
      ['service-state:sync.timer', unit({ active_state: 'failed' })],
      ['host-reachable:source', away],
      ['workspace-reachable:workspace', unmounted],
      ['mail-delivery:outbox', {}],
      ['snapshot-age:snapshot', {}],
    ];
    for (const [id, sections] of told) assert.equal(redOf(id, sections), undefined, id);
    // Of these the same rules say nothing.
    const left: readonly [id: string, sections: Record<string, Envelope>][] = [
      ['service-state:sync.timer', unit({ active_state: 'failed', groups: [] })],
      ['service-restarts:sync.timer', unit({})],
      ['mail-delivery:alertmanager', {}],
      ['stage-outcome:send-alerts', {}],
    ];
    for (const [id, sections] of left) assert.equal(redOf(id, sections)?.state, 'firing', id);
  });

  test('a policy covers checks that exist, and `red` covers every other check', () => {
    const covered = policies.flatMap(({ of = {} }) => Object.keys(of));
    assert.deepEqual(
      covered.filter((check) => !checkNames.includes(check)),
      [],
    );
    assert.deepEqual(
      policies.filter(({ of }) => of === undefined),
      [red],
    );
    assert.ok(checkNames.length >= 32 && covered.length >= 12);
    const left = checkNames.filter((check) => redOf(`${check}:x`) === undefined);
    const plain = policies.flatMap(({ of = {}, onlyServing }) => (onlyServing ? [] : Object.keys(of)));
    assert.deepEqual(left.sort(), plain.sort());
  });

  test('the hold of `red` can be set for all, for one check, and for one subject', () => {
    const holdOf = (id: string, configuration = '') => handlingOf(configurationOf(configuration), 'red', id).hold;
    assert.equal(holdOf('endpoint-status:dashboard'), 900);
    assert.equal(holdOf('mirror-lag:a.gws'), 3600);
    assert.deepEqual(
      [holdOf('host-oom:host'), handlingOf(configurationOf(''), 'red', 'host-oom:host').clearHold],
      [0, 3600],
    );
    const text =
      'gates: { prune: { file: /x } }\nalerts: { rules: { red: { red-for: 5m, for: { gate-verdict: { red-for: 2h }, "gate-verdict:prune": { to: [a@example.org] } } } } }';
    assert.equal(holdOf('endpoint-status:dashboard', text), 300);
    assert.equal(holdOf('gate-verdict:product', text), 7200);
    const prune = handlingOf(configurationOf(text), 'red', 'gate-verdict:prune');
    assert.deepEqual([prune.hold, prune.to], [7200, ['a@example.org']]);
    const fleet =
      'fleet: { watch: [d], environments: { d: { nodes: { a: {} } } } }\nalerts: { rules: { red: { for: { "fleet-alert:d.a": { red-for: 1h }, "fleet-alert:d.a:disk:a": { red-for: 2h } } } } }';
    // An exception for a node holds for each of its alerts that has none of its own.
    const ids = [
      'fleet-alert:d.a',
      'fleet-alert:d.a:memory:a',
      'fleet-alert:d.a:disk:a',
      'fleet-alert:d:network-cut:cluster',
    ];
    assert.deepEqual(ids.map((id) => holdOf(id, fleet)), [3600, 3600, 7200, 900]); // prettier-ignore
    assert.equal(holdOf('host-oom:host', text), 0, 'another exception takes none of the others away');
  });

  test('a policy over the monitor itself fires from its limit on', () => {
    const state = (known: Parameters<typeof monitor>[0], rule: string) => monitor(known)[rule]?.sightings[0]?.state;
    assert.deepEqual(
      [899, 900, 901].map((age) => state({ age }, 'snapshot')),
      ['clear', 'firing', 'firing'],
    );
    assert.equal(state({ snapshot: undefined, missing: 'there is no snapshot yet' }, 'snapshot'), 'firing');
    const waiting = (waiting_seconds: number) => ({ outbox: { waiting: 1, waiting_seconds, dead: 0 } });
    assert.deepEqual(
      [3599, 3600].map((oldest) => state(waiting(oldest), 'delivery')),
      ['clear', 'firing'],
    );
    assert.equal(state({}, 'delivery'), 'clear');
    assert.equal(monitorPolicies.length, 4);
  });

  test('the limit of the snapshot’s age follows the interval, unless it is written as a duration', () => {
    const seenAfter = (age: number, configuration: string) => monitor({ age }, configuration)['snapshot']?.sightings[0];
    assert.deepEqual(
      [1800, 3 * 3600 - 1, 3 * 3600].map((age) => seenAfter(age, 'interval: 1h')?.state),
      ['clear', 'clear', 'firing'],
    );
    assert.match(seenAfter(3 * 3600, 'interval: 1h')?.message ?? '', /^the snapshot is 3h old \(from 3h\)$/);
    const written = 'interval: 1h\nalerts: { rules: { snapshot: { older-than: 45m } } }';
    assert.deepEqual(
      [2699, 2700].map((age) => seenAfter(age, written)?.state),
      ['clear', 'firing'],
    );
    const lapsed = monitor({ heartbeat: heartbeatOf(86_399) }, 'interval: 1h');
    assert.equal(lapsed['heartbeat']?.sightings[0]?.state, 'clear');
  });

  test('a heartbeat that the watchdog has not accepted for two hours fires; without a try there is no sighting', () => {
    const seen = (heartbeat: JudgementInput['heartbeat']) => monitor({ heartbeat })['heartbeat']?.sightings;
    assert.deepEqual(
      [7199, 7200].map((age) => seen(heartbeatOf(age))?.[0]?.state),
      ['clear', 'firing'],
    );
    assert.equal(
      seen(heartbeatOf(7200))?.[0]?.message,
      'the last heartbeat was accepted 2h ago (from 2h); the last try: it answered 404',
    );
    assert.equal(seen({ problem: 'heartbeat.json is not JSON' })?.[0]?.state, 'unknown');
    assert.deepEqual(seen(undefined), []);
    // The first cycle after a machine was off looks before its own heartbeat is sent.
    assert.equal(handlingOf(configurationOf(''), 'heartbeat', 'outside').hold, 600);
  });

  test('a failed stage fires, counted from its last success; send-alerts is excepted', () => {
    const config = configurationOf('');
    const record = (stage: string, outcome: 'ok' | 'failed', last_success_at?: string) =>
      recordOf(stage, at.toISOString(), { outcome, problems: ['first', 'the disk is full'], last_success_at });
    const before = '2026-11-20T11:00:00.000Z';
    const stages = [
      record('append-zarr', 'failed', before),
      record('write-report', 'failed'),
      record('collect-snapshot', 'failed', '2026-11-21T00:00:00.000Z'),
      record('assess-health', 'ok', before),
      record('send-alerts', 'failed'),
    ];
    const seen: readonly Sighting[] = monitor({ stages })['stage']?.sightings ?? [];
    assert.deepEqual(
      seen.map((one) => [one.subject, one.state, one.state === 'firing' ? one.since : undefined]),
      [
        ['append-zarr', 'firing', before],
        ['write-report', 'firing', undefined],
        ['collect-snapshot', 'firing', undefined],
        ['assess-health', 'clear', undefined],
      ],
    );
    assert.equal(seen[0]?.message, 'append-zarr failed: the disk is full');
    assert.equal(handlingOf(config, 'stage', 'append-zarr').hold, 3600);
  });

  test('a stage that is no longer run fires, counted from its last run; the previous run of send-alerts is the clock', () => {
    const record = (stage: string, started_at: string, every_seconds?: number) =>
      recordOf(stage, started_at, { last_success_at: started_at, every_seconds });
    const stages = [
      record('thermal-heartbeat', '2026-11-20T09:00:00.000Z', 30),
      record('append-zarr', '2026-11-20T11:46:00.000Z', 300),
      record('rehearse-boot', '2026-09-01T00:00:00.000Z'),
      record('send-alerts', '2026-11-20T11:55:00.000Z', 300),
    ];
    const seen: readonly Sighting[] = monitor({ stages })['stage']?.sightings ?? [];
    assert.deepEqual(
      seen.map((one) => [one.subject, one.state, one.message, one.state === 'firing' ? one.since : undefined]),
      [
        [
          'thermal-heartbeat',
          'firing',
          'thermal-heartbeat has not run since 2026-11-20T09:00:00.000Z, though it should every 30s',
          '2026-11-20T09:00:00.000Z',
        ],
        ['append-zarr', 'clear', 'append-zarr did its work', undefined],
        ['rehearse-boot', 'clear', 'rehearse-boot did its work', undefined],
      ],
    );
  });

  test('the policy `service` ignores a unit that no stream depends on', () => {
    assert.deepEqual(states('service', unit({ groups: [], active_state: 'failed' })), {});
  });

  test('an alert starts at the time that the data or systemd state', () => {
    const since = (sections: Record<string, Envelope>, rule: string) => {
      const [sighting] = lookAt(sections)[rule]?.sightings ?? [];
      return sighting?.state === 'firing' ? sighting.since : undefined;
    };
    assert.equal(since(streamOf(9000), 'stream'), new Date(at.getTime() - 3600_000).toISOString());
    assert.equal(since(streamOf(), 'stream'), undefined);
    assert.equal(
      since(unit({ active_state: 'failed', since_at: '2026-11-20T09:00:00.000Z' }), 'service'),
      '2026-11-20T09:00:00.000Z',
    );
  });

  test('an item that could not be read is unknown; a failed section makes the policy blind, an absent one does not', () => {
    const failed: Envelope = { status: 'failed', kind: 'timeout', reason: 'hung', ms: 1 };
    assert.deepEqual(states('storage', { filesystems: ok({ data: failed }) }), { data: 'unknown' });
    const seen = lookAt({ filesystems: failed })['storage'];
    assert.equal(seen?.failureOf('data'), 'hung');
    const absent = lookAt({
      filesystems: { status: 'absent', reason: 'none' },
      workspace: { status: 'absent', reason: 'none' },
    });
    assert.equal(absent['storage']?.failureOf('data'), undefined);
  });

  test('the configuration sets limits, holds and recipients, for all and for single subjects', () => {
    const text = `
alerts:
  to: [ops@example.org]
  repeat: 6h
  rules:
    storage: { at: 95%, hold: 20m, for: { data: { at: 70%, to: [data@example.org], repeat: 1h } } }
    stream: { stale-for: 1h }
`;
    assert.deepEqual(states('storage', disk(75), text), { data: 'firing' });
    const decided = (configuration: string) => {
      const [sighting] = lookAt(disk(96), configuration)['storage']?.sightings ?? [];
      return sighting?.state === 'firing' ? [sighting.limit.key, sighting.clears_when] : [];
    };
    assert.deepEqual(decided(text), ['alerts.rules.storage.for.data.at', 'it is below 70 %']);
    assert.deepEqual(decided(text.replace('at: 70%, ', '')), ['alerts.rules.storage.at', 'it is below 95 %']);
    const config = configurationOf(text);
    const { hold, to, repeat } = handlingOf(config, 'storage', 'data');
    assert.deepEqual([hold, to, repeat], [1200, ['data@example.org'], 3600]);
    assert.deepEqual(handlingOf(config, 'storage', 'root').to, ['ops@example.org']);
    assert.equal(handlingOf(config, 'stream', 'x').hold, 3600);
    assert.deepEqual(
      ['storage', 'stream', 'service', 'probe'].map((rule) => handlingOf(configurationOf(''), rule, 'x').hold),
      [0, 3 * 3600, 3 * 3600, 3600],
    );
    assert.equal(handlingOf(configurationOf(''), 'storage', 'x').repeat, 12 * 3600);
  });

  test('an unreachable machine is one alert, however many readings fail because of it', () => {
    const gone: Envelope = {
      status: 'failed',
      kind: 'error',
      reason: 'source cannot be reached: it does not answer',
      because: 'hosts.source',
      ms: 1,
    };
    const hung: Envelope = {
      status: 'failed',
      kind: 'timeout',
      reason: 'a search in /gws/aurora/raw/a hung',
      because: 'workspace',
      ms: 1,
    };
    const sections = {
      hosts: ok({
        source: ok({ address: 'x', reached: false, error: 'source cannot be reached: it does not answer' }),
      }),
      workspace: ok({ path: '/gws/aurora', reached: false, problem: 'looking at /gws/aurora did not answer' }),
      streams: ok({ a: gone, b: gone }),
      mirrors: ok({ 'a.gws': hung }),
      clock: { status: 'failed', kind: 'error', reason: 'something else', ms: 1 } as Envelope,
    };
    const seen = states('probe', sections);
    const firing = Object.keys(seen).filter((subject) => seen[subject] === 'firing');
    assert.deepEqual(firing.sort(), ['clock', 'host.source', 'mount.workspace']);
    assert.equal(seen['streams.a'], 'unknown');
    const back = states('probe', { ...sections, hosts: ok({ source: ok({ address: 'x', reached: true }) }) });
    assert.deepEqual(
      [back['host.source'], back['streams.a']],
      ['clear', 'firing'],
      'it is there, and cannot be read all the same',
    );
  });

  test('an alert of a reading, a machine or the workspace covers every observation that is unknown because of it', () => {
    const failed: Envelope = { status: 'failed', kind: 'error', reason: 'no', ms: 1 };
    const all = judged({
      hosts: ok({ source: ok({ address: 'x', reached: false, error: 'no' }) }),
      workspace: ok({ host: 'local', path: '/gws/aurora', reached: false, problem: 'no' }),
      streams: ok({ a: { ...failed, because: 'hosts.source' }, b: failed }),
      clock: failed,
    });
    const toldBy = (subject: string) =>
      all.flatMap((one) => (isCoveredBy({ rule: 'probe', subject }, one, all) ? [one.observation.id] : []));
    assert.deepEqual(toldBy('host.source'), ['host-reachable:source', 'stream-age:a']);
    assert.deepEqual(toldBy('mount.workspace'), ['workspace-reachable:workspace', 'workspace-usage:workspace']);
    assert.deepEqual([toldBy('streams.b'), toldBy('clock')], [['stream-age:b'], ['clock-synchronised:clock']]);
  });
});
