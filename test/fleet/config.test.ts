import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { fleetConfig } from '../../lib/fleet/config.ts';
import { configurationOf } from '../world.ts';

const nodes = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`n${index}`, {}]));
const problemsOf = (fleet: object): string =>
  (fleetConfig.fleet.safeParse(fleet).error?.issues ?? [])
    .map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('\n');

describe('the configuration of a fleet', () => {
  test('what fleet-snapshot could not do within its time is refused, with the figures', () => {
    const fleet = { environments: { devnet: { nodes: nodes(120) } }, deadline: '100s' };
    assert.equal(problemsOf(fleet), '', 'a fleet that is only looked at by hand may take long');
    assert.match(
      problemsOf({ ...fleet, watch: ['devnet'] }),
      /^deadline: fleet-snapshot has 220 s .* could take 300 s/,
    );
    assert.equal(problemsOf({ ...fleet, watch: ['devnet'], 'at-once': 120 }), '');
  });

  for (const name of ['cluster', 'constructor', '__proto__', 'toString'])
    test(`a node may not be called ${name}`, () => {
      const text = `fleet: { environments: { devnet: { nodes: { ${name}: {} } } } }`;
      assert.throws(() => configurationOf(text), name === '__proto__' ? /./ : /has a meaning of its own/);
    });

  test('a destination has no port, which ssh would take for a part of the name; an IPv6 address passes', () => {
    const nodeAt = (ssh: string) => problemsOf({ environments: { devnet: { nodes: { n: { ssh } } } } });
    assert.match(nodeAt('u@192.0.2.1:2222'), /give the node a Port in ssh_config; got "u@192\.0\.2\.1:2222"/);
    for (const ssh of ['u@[2001:db8::1]', 'u@2001:db8::22', 'u@host']) assert.equal(nodeAt(ssh), '');
  });

  test('alerts that are expected must be alerts that there are, of nodes that there are', () => {
    const textOf = (expected: string): string => `fleet:
  environments:
    devnet:
      nodes: { node1: {} }
      expected:
        - ufw
        - ${expected}
`;
    for (const good of ['swap:node1', 'service-state:node1/a.service', 'rqlite-voters:cluster', 'section-read:node1'])
      assert.deepEqual(configurationOf(textOf(good)).fleet.environments['devnet']?.expected, ['ufw', good]);
    for (const [bad, says] of [
      ['mem', /config\.yaml:7:11: .*there is no alert "mem" \(/],
      [
        'memry:node1',
        /config\.yaml:7:11: .*there is no alert "memry"; did you mean memory\? \(ops\/docs\/fleet-alerts\.md lists them\)/s,
      ],
      ['swap:node2', /config\.yaml:7:11: .*there is no node "node2"; did you mean node1\?/s],
      ['"swap:"', /config\.yaml:7:11: .*there is no node ""/s],
    ] as const)
      assert.throws(() => configurationOf(textOf(bad)), says);
  });

  test('a section that a node must have is one that reports have', () => {
    const textOf = (section: string) =>
      `fleet: { environments: { devnet: { nodes: { n: { sections: [${section}] } } } } }`;
    assert.deepEqual(configurationOf(textOf('rqlite')).fleet.environments['devnet']?.nodes['n']?.sections, ['rqlite']);
    assert.throws(
      () => configurationOf(textOf('sqlite')),
      /config\.yaml:1:\d+: fleet\.environments\.devnet\.nodes\.n\.sections\.0/,
    );
  });

  test('an environment that is watched must be there, and has no dot in its name', () => {
    assert.match(problemsOf({ watch: ['devnet'] }), /watch\.0: there is no environment "devnet"/);
    const dotted = 'fleet: { environments: { a.b: { nodes: { n: {} } } } }';
    assert.throws(() => configurationOf(dotted), /letters, digits, _ and -/);
  });
});
