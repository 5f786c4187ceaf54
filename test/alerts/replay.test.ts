import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { compareMails, rehearsal } from '../../lib/alerts/replay.ts';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { sections } from '../../lib/config/registry.ts';
import { judgedOf, snapshotOf } from '../judged.ts';
import { configurationOf } from '../world.ts';
import { disk, observation } from './send-site.ts';

/** How full the disk was, every five minutes. */
const recorded = (used: readonly number[]): Snapshot[] =>
  used.map((percent, index) => {
    const time = new Date(Date.parse('2026-11-20T00:00:00Z') + index * 300_000);
    return snapshotOf({ filesystems: disk(percent) }, time);
  });

/** Adds observations to those of the checks. */
type Judge = Parameters<typeof rehearsal>[2];

const mailsOf = (text: string, used: readonly number[], more: Judge = () => []) => {
  const config = configurationOf(`alerts: { to: [ops@example.org] ${text} }`);
  const step = rehearsal(config, sections, (snapshot) => [
    ...judgedOf({ snapshot }, config, new Date(snapshot.time_utc)).snapshot,
    ...more(snapshot),
  ]);
  return recorded(used).flatMap((snapshot) => step(snapshot));
};

const used = [70, 85, 85, 92, 85, 70];

describe('alerts/replay', () => {
  test('a replay lists the mails of recorded snapshots', () => {
    assert.deepEqual(
      mailsOf('', used).map(({ at, subject }) => `${at.slice(11, 16)} ${subject}`),
      [
        '00:05 [ALERT local] /data is 85 % full, 1 B left (from 80 %)',
        '00:25 [ENDED local] /data is 85 % full, 1 B left (from 80 %)',
      ],
    );
    assert.deepEqual(mailsOf(', rules: { storage: { at: 95% } }', used), []);
  });

  test('a replay includes red observations', () => {
    const judge: Judge = ({ time_utc }) => [
      { observation: observation('gate-verdict:prune', time_utc < '2026-11-20T00:20' ? 'red' : 'green') },
    ];
    assert.deepEqual(
      mailsOf('', [70, 70, 70, 70, 70], judge).map(({ at, subject }) => `${at.slice(11, 16)} ${subject}`),
      ['00:15 [ALERT local] gate-verdict:prune', '00:20 [ENDED local] gate-verdict:prune'],
    );
    assert.deepEqual(mailsOf(', rules: { red: { red-for: 20m } }', [70, 70, 70, 70, 70], judge), []);
  });

  test('a comparison marks the mails of both configurations, of today’s only and of the new one only, sorted by time', () => {
    const [today, changed] = [mailsOf('', used), mailsOf(', rules: { storage: { at: 90% } }', used)];
    assert.deepEqual(
      compareMails(today, changed).map(({ by, mail }) => `${mail.at.slice(11, 16)} ${by}`),
      ['00:05 today', '00:15 new', '00:20 new', '00:25 today'],
    );
    assert.deepEqual([...new Set(compareMails(today, today).map(({ by }) => by))], ['both']);
  });

  test('a replay applies the silences and acknowledgements of that time', () => {
    const config = configurationOf('alerts: { to: [ops@example.org], repeat: 10m }');
    const note = { schema_version: 1, who: 'ada', reason: 'r', of: 'storage:data' };
    const times = (...notes: Parameters<typeof rehearsal>[3] & object): string[] => {
      const judge: Judge = (snapshot) => judgedOf({ snapshot }, config, new Date(snapshot.time_utc)).snapshot;
      const step = rehearsal(config, sections, judge, notes);
      return recorded([85, 85, 85, 85, 85, 85])
        .flatMap((snapshot) => step(snapshot))
        .map(({ at }) => at.slice(11, 16));
    };
    assert.deepEqual(times(), ['00:00', '00:10', '00:20']);
    const silence = {
      ...note,
      kind: 'silence',
      from: '2026-11-19T23:00:00.000Z',
      until: '2026-11-20T00:15:00.000Z',
    } as const;
    assert.deepEqual(times(silence), ['00:15', '00:25']);
    const acknowledgement = { ...note, kind: 'acknowledgement', from: '2026-11-20T00:12:00.000Z' } as const;
    assert.deepEqual(times(acknowledgement), ['00:00', '00:10']);
  });
});
