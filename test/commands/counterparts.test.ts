import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { sections as definitions } from '../../lib/config/registry.ts';
import { snapshotSightings, readingsOf } from '../../lib/alerts/sightings.ts';
import { monitorPolicies, snapshotPolicies } from '../../lib/alerts/policies.ts';
import { resolve } from '../../lib/config/resolve.ts';
import type { Envelope } from '../../lib/contract/envelope.ts';
import { alertOfObservation, observationsBehind } from '../../lib/commands/counterparts.ts';
import { judgedOf, snapshotOf } from '../judged.ts';
import { configurationOf, readText } from '../world.ts';

/** A stream depends on the unit `x.service`. */
const serving = configurationOf(
  'streams: { s: { source: { root: /data, files: "{yyyy}/*" }, window: 3h, units: { sync: x.service } } }',
);

const hosts = join(import.meta.dirname, '..', 'hosts');

describe('commands/counterparts', () => {
  test('every alert of the recorded machines maps to an existing observation and back', () => {
    let seen = 0;
    for (const machine of ['sick', 'healthy', 'container']) {
      const file = (...path: string[]) => readText(join(hosts, machine, ...path));
      const { sections } = JSON.parse(file('expected', 'latest.json')) as { sections: Record<string, Envelope> };
      const { observations } = JSON.parse(file('expected', 'latest_health.json')) as { observations: { id: string }[] };
      const resolved = resolve({ path: 'config.yaml', text: file('config.yaml') });
      assert.ok('config' in resolved);
      const known = new Set(observations.map(({ id }) => id));
      const at = new Date(0);
      const { config } = resolved;
      const { snapshot: judged } = judgedOf({ snapshot: snapshotOf(sections, at) }, config, at);
      for (const [rule, { sightings }] of Object.entries(
        snapshotSightings(judged, readingsOf(definitions, sections), config),
      )) {
        if (rule === 'red') continue;
        for (const { subject } of sightings) {
          const alert = `${rule}:${subject}`;
          const named = observationsBehind(alert);
          const behind = named.find((one) => known.has(one));
          if (behind === undefined) {
            assert.equal(rule, 'probe', `${alert} is said to be ${named.join(' or ')}, which ${machine} does not have`);
            continue;
          }
          assert.equal(alertOfObservation(behind, config), alert);
          seen += 1;
        }
      }
    }
    assert.ok(seen >= 15, `only ${seen} were seen`);
  });

  test('every rule maps to checks and back, except probe, which covers failed readings', () => {
    for (const { name } of [...snapshotPolicies, ...monitorPolicies].filter((rule) => rule.name !== 'probe')) {
      const found = observationsBehind(name);
      assert.ok(found.length > 0, name);
      assert.deepEqual(
        observationsBehind(`${name}:x.service`),
        found.map((check) => `${check}:x.service`),
      );
      for (const check of found)
        assert.deepEqual(
          [alertOfObservation(check, serving), alertOfObservation(`${check}:x.service`, serving)],
          [name, `${name}:x.service`],
        );
    }
    assert.deepEqual(observationsBehind('probe:host.source'), ['host-reachable:source']);
    assert.deepEqual(observationsBehind('probe:filesystems.data'), []);
    assert.equal(alertOfObservation('host-reachable:source', serving), 'probe:host.source');
    assert.deepEqual(
      [alertOfObservation('constructor:x', serving), observationsBehind('constructor')],
      [undefined, []],
    );
    assert.deepEqual(
      [alertOfObservation('host-load:host', serving), alertOfObservation('host-load', serving)],
      ['red:host-load:host', 'red:host-load'],
    );
    assert.deepEqual(observationsBehind('red:host-load:host'), ['host-load:host']);
    assert.equal(alertOfObservation('nothing:x', serving), undefined);
  });

  test('a unit belongs to the rule `service` where a stream depends on it, and otherwise to `red`', () => {
    assert.equal(alertOfObservation('service-state:x.service', serving), 'service:x.service');
    assert.equal(alertOfObservation('service-state:y.service', serving), 'red:service-state:y.service');
  });
});
