// The outbox with a kind of its own, a push of metrics: nothing in it knows of mails.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type ContentOf, listOf, object, string } from '../../lib/contract/shape.ts';
import { openSpool } from '../../lib/io/spool.ts';
import { commonFields, type Fate, digestOf, flush, type Kind, readOutbox, setAside } from '../../lib/outbox/outbox.ts';
import { backOffSeconds, hasExpired, mustWait } from '../../lib/outbox/retry.ts';
import { temporaryFolder } from '../world.ts';

const pushSchema = object({ ...commonFields, id: string, lines: listOf(string) });
type Push = ContentOf<typeof pushSchema>;
const pushKind: Kind<Push> = {
  name: 'push',
  shape: pushSchema,
  fileName: ({ id }) => `${id}.json`,
  groupOf: (address) => address,
};

const start = Date.parse('2026-11-20T08:00:00Z');
const timeAt = (seconds: number): Date => new Date(start + seconds * 1000);

function outboxIn(folder: string) {
  const spool = openSpool(join(folder, 'outbox'), join(folder, 'run'));
  const tried: string[] = [];
  const settled: string[] = [];
  const digests: Record<string, string> = {};
  const run = (seconds: number, fateOf: (address: string) => Fate['state'], isTimeLeft = () => true) =>
    flush<Push>({
      spool,
      kind: pushKind,
      carry: async ({ id }, to) => {
        tried.push(...to.map(({ address }) => `${id} ${address}`));
        return new Map(to.map(({ address }) => [address, { state: fateOf(address), words: `${address} answered` }]));
      },
      digests,
      settle: async (name, { id }, at, isFinished) => {
        settled.push(`${id} ${at?.toISOString()} ${isFinished ? 'finished' : 'waiting'}`);
        if (isFinished) delete digests[name];
      },
      now: timeAt(seconds),
      giveUp: 86_400,
      isTimeLeft,
    });
  const put = (id: string, ...addresses: string[]): void => {
    const entry: Push = {
      schema_version: 1,
      id,
      composed_at: timeAt(0).toISOString(),
      lines: ['up 1'],
      recipients: addresses.map((address) => ({ address, state: 'waiting', attempts: 0 })),
    };
    const name = pushKind.fileName(entry);
    digests[name] = digestOf(entry);
    spool.put(name, JSON.stringify(entry));
  };
  const read = () => readOutbox(spool, pushKind, digests);
  return { spool, tried, settled, run, put, read, waiting: () => read().waiting };
}

describe('outbox/outbox', () => {
  test('an entry that every recipient accepted is settled with the time, and removed', async (t) => {
    const { put, run, settled, waiting, spool } = outboxIn(temporaryFolder(t));
    put('a', 'one', 'two');
    const happened = await run(1, () => 'sent');
    assert.deepEqual(
      happened.map(({ kind, to, message }) => [kind, to, message]),
      [
        ['sent', ['one'], 'one answered'],
        ['sent', ['two'], 'two answered'],
      ],
    );
    assert.deepEqual([settled, waiting(), spool.dead()], [['a 2026-11-20T08:00:01.000Z finished'], [], []]);
  });

  test('a recipient that did not accept an entry is retried after a back-off, and the others are not', async (t) => {
    const { put, run, tried, waiting } = outboxIn(temporaryFolder(t));
    put('a', 'one', 'two');
    await run(0, (address) => (address === 'one' ? 'sent' : 'waiting'));
    await run(29, () => 'sent');
    assert.equal(waiting().length, 1, 'it was tried before its time');
    await run(30, () => 'waiting');
    await run(89, () => 'sent');
    assert.equal(waiting().length, 1, 'the second wait is twice the first');
    await run(90, () => 'sent');
    assert.deepEqual([tried, waiting()], [['a one', 'a two', 'a two', 'a two'], []]);
  });

  test('an entry that was refused, or that nobody accepted for too long, becomes a dead letter', async (t) => {
    const { put, run, spool } = outboxIn(temporaryFolder(t));
    put('refused', 'one');
    put('unheard', 'two');
    await run(0, (address) => (address === 'one' ? 'dead' : 'waiting'));
    assert.deepEqual(spool.dead(), ['refused.json']);
    const happened = await run(86_400, () => 'waiting');
    assert.deepEqual(happened.at(-1)?.message, 'given up: two answered');
    assert.deepEqual([...spool.dead()].sort(), ['refused.json', 'unheard.json']);
  });

  test('an entry that was changed, torn, put there or is of another kind is not sent, and is set aside with its reason', async (t) => {
    const edits: [edit: (entry: Push) => unknown, reason: RegExp][] = [
      [(entry) => ({ ...entry, lines: ['up 0'] }), /was changed after/],
      [(entry) => ({ ...entry, recipients: [{ address: 'evil', state: 'waiting', attempts: 0 }] }), /was changed/],
      [(entry) => ({ ...entry, recipients: [...entry.recipients, ...entry.recipients] }), /was changed/],
      [(entry) => ({ ...entry, composed_at: timeAt(9).toISOString() }), /was changed/],
      [(entry) => JSON.stringify(entry).slice(0, 40), /cannot be read/],
      [() => '', /cannot be read/],
      [() => null, /is not a push/],
      [() => ({ schema_version: 1 }), /is not a push: composed_at: expected string; got undefined/],
    ];
    assert.ok(edits.length >= 8);
    for (const [edit, reason] of edits) {
      const { put, run, read, spool, tried, waiting } = outboxIn(temporaryFolder(t));
      put('a', 'one');
      put('b', 'one');
      const changed = edit(waiting()[0]?.entry ?? assert.fail());
      spool.put('a.json', typeof changed === 'string' ? changed : JSON.stringify(changed));
      await run(0, () => 'sent');
      assert.deepEqual(tried, ['b one'], String(reason));
      const [bad = assert.fail('nothing bad')] = read().bad;
      assert.match(bad.reason, reason);
      setAside(spool, bad, timeAt(0));
      assert.deepEqual([spool.names(), spool.dead()], [[], ['a.damaged-20261120T080000Z.json']]);
    }
    const { put, read, spool } = outboxIn(temporaryFolder(t));
    put('a', 'one');
    spool.put('foreign.json', (spool.read('a.json') ?? '').replace('"a"', '"foreign"'));
    assert.match(read().bad[0]?.reason ?? '', /the state does not know it/);
  });

  test('without time left nothing is tried', async (t) => {
    const { put, run, tried, waiting } = outboxIn(temporaryFolder(t));
    put('a', 'one');
    await run(
      0,
      () => 'sent',
      () => false,
    );
    assert.deepEqual([tried, waiting().length], [[], 1]);
  });
});

describe('outbox/retry', () => {
  test('the back-off doubles from 30 s up to 15 minutes', () => {
    assert.deepEqual([0, 1, 2, 3, 4, 5, 50].map(backOffSeconds), [30, 60, 120, 240, 480, 900, 900]);
  });

  test('mustWait ignores a time further ahead than the longest back-off, and an invalid time', () => {
    const cases: [until: string | undefined, boolean][] = [
      [undefined, false],
      [timeAt(-1).toISOString(), false],
      [timeAt(0).toISOString(), false],
      [timeAt(1).toISOString(), true],
      [timeAt(900).toISOString(), true],
      [timeAt(901).toISOString(), false],
      ['soon', false],
    ];
    for (const [until, waits] of cases) assert.equal(mustWait(until, 900, timeAt(0)), waits, until);
  });

  test('an entry has expired when its time is over, and when its time is invalid', () => {
    assert.equal(hasExpired(timeAt(0).toISOString(), 60, timeAt(59)), false);
    assert.equal(hasExpired(timeAt(0).toISOString(), 60, timeAt(60)), true);
    assert.equal(hasExpired('soon', 60, timeAt(0)), true);
  });
});
