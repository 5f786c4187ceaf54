import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Envelope } from '../../lib/contract/envelope.ts';
import { withCauses } from '../../lib/snapshot/causes.ts';
import { sections as definitions } from '../../lib/config/registry.ts';
import { outcomesOf } from '../../lib/engine/readable.ts';
import { configurationOf } from '../world.ts';

const ok = (data: unknown): Envelope => ({ status: 'ok', ms: 1, collected_at: '', data });
const failed: Envelope = { status: 'failed', kind: 'error', reason: 'it hung', ms: 1 };

/** By reading that failed, the reading that is the cause of it. */
const causesOf = (sections: Record<string, Envelope>, configuration: string): Record<string, string | undefined> =>
  Object.fromEntries(
    outcomesOf(definitions, withCauses(sections, configurationOf(configuration))).flatMap(({ name, outcome }) =>
      outcome.status === 'failed' ? [[name, outcome.because]] : [],
    ),
  );

const host = (reached: boolean) => ok({ address: 'x', reached, ...(reached ? {} : { error: 'no' }) });
const workspace = (path: string, reached = false) => ok({ host: 'local', path, reached });

describe('causes of failed readings', () => {
  const configuration = `
hosts: { source: { ssh: a@source }, other: { ssh: a@other } }
streams:
  near: { source: { root: /d } }
  far: { source: { host: source, root: /d }, mirrors: { copy: { root: /copy } } }
  else: { source: { host: other, root: /d } }
gates: { far: { file: /g.json, host: source }, near: /g.json }
power: { store: /p.zarr, host: source }
`;
  const sections = {
    hosts: ok({ source: host(false), other: host(true) }),
    streams: ok({ near: failed, far: failed, else: failed }),
    mirrors: ok({ 'far.copy': failed }),
    gates: ok({ far: failed, near: failed }),
    power: failed,
    clock: failed,
  };

  test('a reading on a machine that is not reached fails because of that machine, others do not', () => {
    assert.deepEqual(causesOf(sections, configuration), {
      'streams.near': undefined,
      'streams.far': 'hosts.source',
      'streams.else': undefined,
      'mirrors.far.copy': 'hosts.source',
      'gates.far': 'hosts.source',
      'gates.near': undefined,
      power: 'hosts.source',
      clock: undefined,
    });
    const back = causesOf({ ...sections, hosts: ok({ source: host(true), other: host(true) }) }, configuration);
    assert.deepEqual([...new Set(Object.values(back))], [undefined]);
    const unread = causesOf({ ...sections, hosts: failed }, configuration);
    assert.deepEqual([...new Set(Object.values(unread))], [undefined], 'whether it is reached is not known');
  });

  test('a reading below the workspace that is not there fails because of it, what is merely called alike does not', () => {
    const text = `
workspace: { path: /data/ }
filesystems: { itself: /data }
streams:
  inside: { source: { root: /data/raw } }
  sibling: { source: { root: /data2/raw } }
  hidden: { source: { root: /data.old } }
  below: { source: { root: /mnt/data } }
  elsewhere: { source: { host: source, root: /data/raw } }
hosts: { source: { ssh: a@source } }
`;
    const streams = ok({ inside: failed, sibling: failed, hidden: failed, below: failed, elsewhere: failed });
    const seen = { workspace: workspace('/data/'), streams, filesystems: ok({ itself: failed }) };
    const causes = causesOf(seen, text);
    const lost = Object.keys(causes).filter((name) => causes[name] === 'workspace');
    assert.deepEqual(lost.sort(), ['filesystems.itself', 'streams.inside']);
    const there = causesOf({ ...seen, workspace: workspace('/data/', true) }, text);
    assert.deepEqual([...new Set(Object.values(there))], [undefined]);
  });
});
