import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { explainReport } from '../../lib/node/explain.ts';
import { nodeSections } from '../../lib/node/sections/index.ts';

const ok = (data: object) => ({ status: 'ok', ms: 1234.5, data }) as never;

const explain = (read: Readonly<Record<string, never>>, width = 200): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    explainReport(nodeSections, read, ['rqlite', 'ipfs'], width)
      .split('\n\n')
      .map((block) => {
        const [name = '', ...lines] = block.split('\n');
        return [name, lines.map((line) => line.trim().replace(/ {2,}/, ' | '))];
      }),
  );

describe('node-report --explain', () => {
  test('says of each section how it was found, where it was asked, how to look by hand, and what to configure', () => {
    const said = explain({
      rqlite: ok({
        found_by: 'the process rqlited (12)',
        address: 'http://127.0.0.1:4001',
        problems: { nodes: 'no answer' },
        absences: { ready: 'too old' },
      }),
      ipfs: ok({ cluster_found_by: 'the configuration', cluster_address: 'http://127.0.0.1:9094' }),
      namespaces: ok({ namespaces: [{ name: 'alice', found_by: 'rqlite@alice.service' }] }),
      olric: { status: 'absent', reason: 'no unit and no process of Olric is on this node', ms: 1 } as never,
      dns: { status: 'failed', kind: 'timeout', reason: 'no answer within 4.5s', ms: 1 } as never,
    });
    assert.deepEqual(Object.keys(said), Object.keys(nodeSections));
    assert.deepEqual(said['rqlite']?.slice(0, 4), [
      'found by | the process rqlited (12)',
      'at | http://127.0.0.1:4001',
      'not read | nodes: no answer',
      'not there | ready: too old',
    ]);
    assert.equal(said['rqlite'].at(-1), 'to change | node.rqlite in the configuration');
    assert.ok(said['rqlite'].some((line) => line.startsWith('read from | the HTTP API of rqlite (try: curl ')));
    assert.deepEqual(said['ipfs']?.slice(0, 2), [
      'cluster found by | the configuration',
      'cluster at | http://127.0.0.1:9094',
    ]);
    assert.equal(said['namespaces']?.[0], 'alice | rqlite@alice.service');
    assert.equal(said['olric']?.[0], 'not there | no unit and no process of Olric is on this node');
    assert.equal(said['dns']?.[0], 'not read | no answer within 4.5s');
    assert.ok(!said['olric'].some((line) => line.startsWith('to change')), 'it has no key');
    const times = ['rqlite', 'dns', 'olric'].map((name) => said[name]?.find((line) => line.startsWith('read in')));
    assert.deepEqual(times, ['read in | 1235ms', 'read in | 1ms', undefined]);
  });

  test('shows no control character of what was found, and fits the width', () => {
    const found = `the process \u001B[31m${'x '.repeat(100)}`;
    const text = explainReport(nodeSections, { rqlite: ok({ found_by: found }) }, [], 80);
    assert.ok(!text.includes('\u001B'));
    for (const line of text.split('\n')) assert.ok(line.length <= 80, line);
  });
});
