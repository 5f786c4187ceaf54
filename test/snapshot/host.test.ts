import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { codedError } from '../../lib/contract/errors.ts';
import { fits } from '../../lib/contract/shape.ts';
import { host } from '../../lib/snapshot/probes/host.ts';
import { sections } from '../../lib/config/registry.ts';
import { judgedOf, snapshotOf } from '../judged.ts';
import { hostOf } from '../host.ts';
import { configurationOf } from '../world.ts';

const texts: Readonly<Record<string, string>> = {
  '/proc/loadavg': '0.10 0.20 0.30 1/100 4242\n',
  '/proc/meminfo': 'MemTotal: 1000 kB\nMemAvailable: 900 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n',
  '/proc/uptime': '5000.00 9000.00\n',
  '/proc/vmstat': 'nr_free_pages 1\noom_kill 3\n',
  '/sys/devices/system/cpu/online': '0-3\n',
};

const read = (files: Readonly<Record<string, string>>) =>
  host.read({
    host: () =>
      hostOf({
        readText: async (path) => {
          const text = files[path];
          if (text === undefined) throw codedError('ENOENT', `ENOENT: no such file or directory, open '${path}'`);
          return text;
        },
      }),
    config: configurationOf(''),
    item: '',
    previous: undefined,
    bootId: 'b',
    at: new Date(0),
  });

describe('host probe', () => {
  // [hidden or broken file, its content, the reading that is missing, the check that is unknown]
  const cases: [path: string, text: string | undefined, what: string, unknown: string | undefined][] = [
    ['/proc/loadavg', undefined, 'load', 'host-load:host'],
    ['/proc/meminfo', undefined, 'memory', 'host-memory:host'],
    ['/proc/uptime', undefined, 'uptime', undefined],
    ['/proc/vmstat', undefined, 'oom_kills', 'host-oom:host'],
    ['/sys/devices/system/cpu/online', undefined, 'cpus', 'host-load:host'],
    ['/proc/meminfo', 'MemTotal: 1 kB\n', 'memory', 'host-memory:host'],
    ['/proc/loadavg', '', 'load', 'host-load:host'],
  ];
  for (const [path, text, what, unknown] of cases)
    test(`misses only the values of ${path} where it is ${text === undefined ? 'hidden' : 'not as expected'}`, async () => {
      const { [path]: _hidden, ...others } = texts;
      const data = await read(text === undefined ? others : { ...others, [path]: text });
      assert.deepEqual(Object.keys(data.problems ?? {}), [what]);
      const whole = await read(texts);
      assert.equal(whole.problems, undefined);
      assert.ok(Object.keys(whole).length > Object.keys(data).length - 1);
      assert.ok(fits(host.section.schema, data));
      const at = new Date('2026-11-20T07:00:00Z');
      const envelope = { status: 'ok', ms: 1, collected_at: at.toISOString(), data } as const;
      const { snapshot } = judgedOf({ snapshot: snapshotOf({ host: envelope }, at) }, configurationOf(''), at);
      const levels = snapshot.map(({ observation: { id, level } }) => `${id} ${level}`);
      assert.deepEqual(
        levels.filter((one) => one.endsWith('unknown')),
        unknown === undefined ? [] : [`${unknown} unknown`],
      );
      assert.match(JSON.stringify(sections.host.table.rows(data, 'host')), /up for/);
    });

  test('fails as a whole only where nothing can be read', async () => {
    await assert.rejects(() => read({}), /loadavg/);
    assert.ok(cases.length >= 7);
  });
});
