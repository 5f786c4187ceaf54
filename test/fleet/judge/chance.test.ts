// Reports by chance: damaged, of the wrong types, and with lies about other nodes.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { judgements } from '../../../lib/fleet/judge/index.ts';
import { randomOf, seedOf } from '../../chance.ts';
import { change, cutNetwork, healthyCluster, judge, killRqlite, loseLeader, of, type Reports } from './cluster.ts';

const runs = 300;
const byName = new Map(judgements.map((one) => [one.name, one]));

describe('reports by chance', () => {
  test('crash no judgement; each alert has evidence, advice, a severity of its judgement and an id of its own', async (t) => {
    const random = randomOf(seedOf(t));
    const pick = <One>(all: readonly One[]): One => all[Math.floor(random() * all.length)]!;
    const values = (): unknown =>
      pick<unknown>([
        null,
        true,
        false,
        0,
        1,
        -1,
        1e300,
        -1e300,
        1e-300,
        2 ** 53,
        99.99,
        180,
        181,
        '',
        'Leader',
        'x'.repeat(3000),
        '10.0.0.1',
        '192.0.2.1:4002',
        '[::1]:4002',
        '::::',
        '\u001B[2J\n',
        '__proto__',
        'constructor',
        [],
        [null],
        [[]],
        {},
        { constructor: 1 },
        { a: { reachable: false } },
        { '192.0.2.2:4002': { reachable: false }, '192.0.2.2:4003': {} },
        Array.from({ length: 3 }, () => ({
          name: 'same',
          active_state: 'failed',
          sub_state: '',
          restart_loop_risk: true,
          found_by: '',
        })),
        Array.from({ length: 700 }, (_, index) => ({
          public_key: `k${index % 600}`,
          allowed_ips: '10.0.0.2/32, 0.0.0.0/0',
          latest_handshake: 0,
        })),
        Object.fromEntries(
          Array.from({ length: 500 }, (_, index) => [`host${index}:1`, { reachable: false, voter: true }]),
        ),
      ]);
    const mutate = (value: unknown): unknown => {
      if (random() < 0.1) return values();
      if (Array.isArray(value)) return random() < 0.2 ? [...value, ...value] : value.map(mutate);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(
        Object.entries(value).flatMap(([key, inner]) => (random() < 0.03 ? [] : [[key, mutate(inner)]])),
      );
    };
    let alertsSeen = 0;
    const raised = new Set<string>();
    for (let run = 0; run < runs; run++) {
      const count = pick([1, 2, 3, 5]);
      const reports: Reports = healthyCluster(count);
      if (random() < 0.3 && count > 2) cutNetwork(reports, [1], [2, count], pick([30, 900]));
      if (random() < 0.3) loseLeader(reports, 1, count);
      if (random() < 0.3) killRqlite(reports, count);
      for (let index = 1; index <= count; index++) {
        if (random() < 0.1) reports[`node${index}`] = new Error('no route to host');
        else if (random() < 0.5)
          for (const [section, fields] of Object.entries(of(reports, index))) {
            const found = mutate(fields);
            if (typeof found === 'object' && found !== null && !Array.isArray(found)) {
              of(reports, index)[section] = {};
              change(reports, index, section, found as Record<string, unknown>);
            } else of(reports, index)[section] = found as Record<string, unknown>;
          }
      }
      const [fleet, again] = [await judge(reports), await judge(reports)];
      const shown = JSON.stringify(reports).slice(0, 3000);
      assert.deepEqual(
        fleet.alerts.map(({ id }) => id),
        again.alerts.map(({ id }) => id),
      );
      const ids = fleet.observations.map(({ id }) => id);
      assert.equal(
        new Set(ids).size,
        ids.length,
        `an id twice: ${ids.filter((id, at) => ids.indexOf(id) !== at).join()}`,
      );
      const folded = fleet.alerts.flatMap(({ id, consequences }) => [id, ...consequences]);
      assert.deepEqual(
        folded.toSorted(),
        fleet.observations
          .filter(({ level }) => level !== 'green')
          .map(({ id }) => id)
          .toSorted(),
        'each finding is an alert, or follows from one',
      );
      for (const { id, severity, evidence, advice, message, level } of fleet.alerts) {
        alertsSeen += 1;
        const [name = ''] = id.split(':');
        raised.add(name);
        const damaged = /could not judge it|NaN|undefined|null|\[object|Infinity/;
        if (name !== 'section-read') assert.doesNotMatch(message, damaged, `${message}\n${shown}`);
        assert.ok(Object.keys(evidence).length > 0 && advice.length > 20, id);
        assert.doesNotMatch(message + id + Object.values(evidence).join(), /\p{Cc}/u);
        if (level !== 'unknown') assert.ok(byName.get(name)?.severities.includes(severity), `${id} is ${severity}`);
      }
    }
    assert.ok(alertsSeen > runs * 5, `only ${alertsSeen} alerts`);
    assert.ok(raised.size > judgements.length * 0.6, `only ${[...raised].join()}`);
  });
});
