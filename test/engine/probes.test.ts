import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Envelope } from '../../lib/contract/envelope.ts';
import { Absent } from '../../lib/contract/errors.ts';
import type { Probe, ReadFrom } from '../../lib/contract/probe.ts';
import { defineSection } from '../../lib/contract/section.ts';
import { number, object } from '../../lib/contract/shape.ts';
import { openRecordedHost } from '../../lib/io/recorded.ts';
import { type ProbeRun, type Readings, runProbes } from '../../lib/engine/probes.ts';

const schema = object({ n: number });
type From = ReadFrom<typeof schema, unknown>;
type Read = (from: From) => Promise<unknown>;

const section = (many: boolean) =>
  defineSection({
    many,
    source: 'a test',
    schema,
    noun: 'subject',
    subjects: () => undefined,
    group: 'tanks',
    table: { title: 'Test', columns: [], rows: () => [] },
  });

/** A probe without items; its reading may have any type, as from a faulty program. */
const single = (name: string, read: Read, timeoutMs?: number): Probe<typeof schema> => ({
  name,
  summary: `reads ${name}`,
  section: section(false),
  ...(timeoutMs === undefined ? {} : { timeoutMs }),
  read: read as Probe<typeof schema>['read'],
});

const many = (name: string, items: () => Promise<readonly string[]>, read: Read, timeoutMs?: number) => ({
  ...single(name, read, timeoutMs),
  section: section(true),
  items,
});

const never = (): Promise<never> => new Promise(() => {});
const good: Read = async () => ({ n: 1 });
const fails = (message: string) => async (): Promise<never> => {
  throw new Error(message);
};
const now = new Date('2026-11-20T07:46:00Z');
/** Far more than a busy machine takes. */
const soon = 10_000;

function run(probes: readonly Probe<typeof schema>[], seen: Partial<ProbeRun<unknown>> = {}) {
  return runProbes<unknown>({
    probes,
    config: {},
    bootId: 'boot-2',
    previous: {},
    now: () => now,
    monotonicMs: () => performance.now(),
    openHost: (name, signal) => openRecordedHost('/nonexistent', name, signal),
    timeoutMs: 60_000,
    budgetMs: 60_000,
    width: 64,
    ...seen,
  });
}

/** The outcome of each reading, without durations. */
function brief(sections: Record<string, Envelope>): Record<string, unknown> {
  const short = (envelope: Envelope): unknown => {
    if (envelope.status === 'absent') return `absent: ${envelope.reason}`;
    if (envelope.status === 'failed') return `${envelope.kind}: ${envelope.reason}`;
    return envelope.data;
  };
  return Object.fromEntries(
    Object.entries(sections).map(([name, section]) => [
      name,
      section.status === 'ok' && Object.values(section.data as object).some((item) => item?.status !== undefined)
        ? brief(section.data as Record<string, Envelope>)
        : short(section),
    ]),
  );
}

const failure = (envelope: Envelope | undefined): { kind: string; reason: string; ms: number } => {
  assert.ok(envelope?.status === 'failed', JSON.stringify(envelope));
  return envelope;
};
const itemOf = (envelope: Envelope | undefined, item: string): Envelope | undefined => {
  assert.ok(envelope?.status === 'ok', JSON.stringify(envelope));
  return (envelope.data as Record<string, Envelope>)[item];
};

describe('engine/probes', () => {
  test('a reading has its time and its duration', async () => {
    let clock = 1000;
    const read: Read = async () => {
      clock += 12.34;
      return { n: 1, note: 'kept' };
    };
    const { sections } = await run([single('host', read)], { monotonicMs: () => clock });
    assert.deepEqual(sections, {
      host: { status: 'ok', ms: 12.3, collected_at: '2026-11-20T07:46:00.000Z', data: { n: 1, note: 'kept' } },
    });
  });

  test('items have their own outcomes, in the order of the list, and the section has the longest duration', async () => {
    let clock = 0;
    const took: Record<string, number> = { b: 30, a: 10 };
    const read: Read = async ({ item }) => {
      clock += took[item] ?? 0;
      return { n: took[item] };
    };
    const { sections } = await run([many('filesystems', async () => ['b', 'a'], read)], {
      monotonicMs: () => clock,
      width: 1,
    });
    const collected_at = '2026-11-20T07:46:00.000Z';
    const data = {
      b: { status: 'ok', ms: 30, collected_at, data: { n: 30 } },
      a: { status: 'ok', ms: 10, collected_at, data: { n: 10 } },
    };
    assert.deepEqual(sections, { filesystems: { status: 'ok', ms: 30, collected_at, data } });
    assert.deepEqual(Object.keys(data), Object.keys((sections['filesystems'] as { data: object }).data));
  });

  test('a probe that hangs times out at its deadline, and the others are read', async () => {
    const began = performance.now();
    const { sections } = await run([single('stuck', never), single('host', good)], { timeoutMs: 50 });
    assert.ok(performance.now() - began < soon);
    assert.deepEqual(brief(sections), { stuck: 'timeout: stuck did not answer within 50ms', host: { n: 1 } });
    const { ms } = failure(sections['stuck']);
    assert.ok(ms >= 40 && ms < soon, `after ${ms} ms`);
  });

  test('a probe can have its own deadline, shorter or longer than the default', async () => {
    const slow: Read = async () => {
      await sleep(150);
      return { n: 1 };
    };
    const { sections } = await run([single('short', never, 20), single('long', slow, 60_000)], { timeoutMs: 50 });
    assert.deepEqual(brief(sections), { short: 'timeout: short did not answer within 20ms', long: { n: 1 } });
  });

  test('a host that a probe opened is aborted at the deadline, not after a reading in time, and the error of the aborted probe is ignored', async () => {
    const seen: Record<string, AbortSignal> = {};
    const quick: Read = async ({ host }) => {
      seen['quick'] = host().signal;
      return { n: 1 };
    };
    const obedient: Read = ({ host }) => {
      const { signal } = host();
      seen['stuck'] = signal;
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('The operation was aborted')));
      });
    };
    const { sections } = await run([single('stuck', obedient), single('quick', quick)], { timeoutMs: 20 });
    assert.deepEqual([seen['stuck']?.aborted, seen['quick']?.aborted], [true, false]);
    assert.equal(failure(sections['stuck']).kind, 'timeout');
  });

  test('a probe that throws Absent is absent with the reason, not failed', async () => {
    const read: Read = async () => {
      throw new Absent('this machine was not booted with systemd', { cause: new Error('ENOENT') });
    };
    const { sections } = await run([single('systemd', read), single('host', good)]);
    assert.deepEqual(sections['systemd'], { status: 'absent', reason: 'this machine was not booted with systemd' });
    assert.deepEqual(brief(sections)['host'], { n: 1 });
  });

  test('a probe that throws fails with the reason, and the others are read', async () => {
    const atOnce: Read = () => {
      throw new TypeError('undefined is not a function');
    };
    const noError: Read = () => Promise.reject('a string'); // oxlint-disable-line prefer-promise-reject-errors
    const withCause: Read = async () => {
      throw new Error('reading failed', { cause: new Error('EACCES') });
    };
    const { sections } = await run([
      single('later', fails('no such file')),
      single('at-once', atOnce),
      single('no-error', noError),
      single('cause', withCause),
      single('host', good),
    ]);
    assert.deepEqual(brief(sections), {
      later: 'error: no such file',
      'at-once': 'error: undefined is not a function',
      'no-error': 'error: a string',
      cause: 'error: reading failed: EACCES',
      host: { n: 1 },
    });
  });

  test('a reading of the wrong shape fails, and the reason names the field: also a number that JSON would write as null', async () => {
    const wrongField: unknown[] = [{ n: '5' }, { n: null }, {}, { N: 1 }, { n: [1] }, { n: 1n }];
    const notFinite: unknown[] = [{ n: Number.NaN }, { n: Infinity }, { n: -Infinity }];
    const noObject: unknown[] = [undefined, null, 5, 'text', [], [{ n: 1 }]];
    const cases = [...wrongField, ...notFinite, ...noObject];
    for (const data of cases) {
      const read: Read = async ({ item }) => (item === 'fine' ? { n: 5 } : data);
      const { sections } = await run([single('host', read), many('filesystems', async () => ['bad', 'fine'], read)]);
      const { kind, reason } = failure(sections['host']);
      assert.equal(kind, 'shape');
      assert.match(reason, noObject.includes(data) ? /^host: ./ : /^host: n: ./);
      assert.equal(failure(itemOf(sections['filesystems'], 'bad')).kind, 'shape');
      assert.equal(itemOf(sections['filesystems'], 'fine')?.status, 'ok');
    }
    assert.ok(cases.length >= 15);
  });

  test('an item that throws, hangs, is absent or of the wrong shape does not affect the others', async () => {
    const outcomes: Record<string, Read> = {
      throws: fails('Stale file handle'),
      hangs: never,
      absent: async () => {
        throw new Absent('an automount that nobody has opened');
      },
      shape: async () => ({ n: 'many' }),
      fine: good,
    };
    const read: Read = (from) => outcomes[from.item]?.(from) ?? Promise.reject(new Error(`no item ${from.item}`));
    const { sections } = await run([many('filesystems', async () => Object.keys(outcomes), read)], { timeoutMs: 50 });
    const items = brief(sections)['filesystems'] as Record<string, unknown>;
    assert.match(String(items['shape']), /^shape: filesystems: shape: n: /);
    assert.deepEqual(
      { ...items, shape: undefined },
      {
        throws: 'error: Stale file handle',
        hangs: 'timeout: filesystems: hangs did not answer within 50ms',
        absent: 'absent: an automount that nobody has opened',
        shape: undefined,
        fine: { n: 1 },
      },
    );
    assert.deepEqual(Object.keys(items), Object.keys(outcomes));
  });

  test('a section whose items cannot be listed fails, and the others are read', async () => {
    const atOnce = (): Promise<never> => {
      throw new Error('not even begun');
    };
    const nothingHere = async (): Promise<never> => {
      throw new Absent('no mount table here');
    };
    const { sections } = await run([
      many('later', fails('mountinfo lists no mount at all'), good),
      many('at-once', atOnce, good),
      many('absent', nothingHere, good),
      many('none', async () => [], good),
      single('host', good),
      many('filesystems', async () => ['data'], good),
    ]);
    assert.deepEqual(brief(sections), {
      later: 'error: mountinfo lists no mount at all',
      'at-once': 'error: not even begun',
      absent: 'absent: no mount table here',
      none: 'absent: none is configured',
      host: { n: 1 },
      filesystems: { data: { n: 1 } },
    });
  });

  test('a section whose list of items hangs times out, and the others are read', async () => {
    const { sections } = await run([many('stuck', never, good), single('host', good)], { timeoutMs: 50 });
    assert.deepEqual(brief(sections), {
      stuck: 'timeout: stuck: finding what there is did not answer within 50ms',
      host: { n: 1 },
    });
  });

  test('a probe that still lists its items does not delay the others', async () => {
    const began = performance.now();
    let readAfter = Infinity;
    const read: Read = async () => {
      readAfter = performance.now() - began;
      return { n: 1 };
    };
    const gaveUpMs = 1500;
    await run([many('stuck', never, good, gaveUpMs), single('host', read)]);
    assert.ok(readAfter < gaveUpMs, `host was begun only after ${readAfter} ms, when the other had given up`);
  });

  test('a list of items that hangs ends with the time for all readings', async () => {
    const began = performance.now();
    const { sections } = await run([many('stuck', never, good)], { timeoutMs: 60_000, budgetMs: 100 });
    assert.equal(failure(sections['stuck']).kind, 'timeout');
    const took = performance.now() - began;
    assert.ok(took < soon, `after ${took} ms`);
  });

  test('readings do not begin after the time for all readings, and the reason says so', async () => {
    let clock = 0;
    let begun = 0;
    const slow: Read = async () => {
      clock += 30_000;
      begun += 1;
      return { n: begun };
    };
    const { sections } = await run([many('filesystems', async () => ['a', 'b', 'c'], slow), single('host', slow)], {
      monotonicMs: () => clock,
      width: 1,
      budgetMs: 60_000,
    });
    assert.equal(begun, 2);
    const notBegun = 'timeout: not begun: the time for all readings was used up by others that hung';
    assert.deepEqual(brief(sections), { filesystems: { a: { n: 2 }, b: notBegun, c: notBegun }, host: { n: 1 } });
    assert.equal(failure(itemOf(sections['filesystems'], 'c')).ms, 0);
  });

  test('a reading that hangs ends with the time for all readings, not only at its own deadline', async () => {
    const began = performance.now();
    const { sections } = await run([single('one', never), single('two', never), single('three', never)], {
      width: 1,
      budgetMs: 100,
    });
    assert.ok(performance.now() - began < soon);
    const kinds = Object.values(sections).map((section) => failure(section).kind);
    assert.deepEqual(kinds, ['timeout', 'timeout', 'timeout']);
  });

  test('readings run in parallel up to the width, and all are made', async () => {
    let current = 0;
    let most = 0;
    const read: Read = async () => {
      current += 1;
      most = Math.max(most, current);
      await sleep(5);
      current -= 1;
      return { n: 1 };
    };
    const items = Array.from({ length: 10 }, (_, index) => `item-${index}`);
    const { sections } = await run(
      [many('a', async () => items, read), many('b', async () => items, read), single('c', read)],
      { width: 3 },
    );
    assert.equal(most, 3);
    const a = brief(sections)['a'] as object;
    assert.deepEqual(Object.keys(a), items);
    assert.deepEqual(Object.keys(sections), ['a', 'b', 'c']);
  });

  test('sections have the order of the registry, whichever was read first', async () => {
    const after = (ms: number) => async () => {
      await sleep(ms);
      return { n: ms };
    };
    const { sections } = await run([
      single('zebra', after(60)),
      many('apple', async () => (await sleep(40), ['x']), after(1)),
      single('mango', fails('at once')),
      many('none', async () => [], good),
      single('banana', after(10)),
    ]);
    assert.deepEqual(Object.keys(sections), ['zebra', 'apple', 'mango', 'none', 'banana']);
  });

  test('a probe gets its configuration, item, time, boot id and the hosts that it opens', async () => {
    const seen: unknown[] = [];
    const read: Read = async ({ config, item, at, bootId, host }) => {
      seen.push([config, item, at.toISOString(), bootId, host().name, host('archive').name]);
      return { n: 1 };
    };
    const config = { filesystems: { data: '/data' } };
    await run([single('host', read), many('filesystems', async () => ['data'], read)], { config });
    assert.deepEqual(seen, [
      [config, '', '2026-11-20T07:46:00.000Z', 'boot-2', 'local', 'archive'],
      [config, 'data', '2026-11-20T07:46:00.000Z', 'boot-2', 'local', 'archive'],
    ]);
  });

  const before: Readings = {
    host: { '': { at: '2026-11-20T07:31:00.000Z', boot_id: 'boot-1', data: { n: 7 } } },
    filesystems: {
      archive: { at: '2026-11-19T07:31:00.000Z', boot_id: 'boot-0', data: { n: 8 } },
      data: { at: '2026-11-20T07:31:00.000Z', boot_id: 'boot-1', data: { n: 9 } },
    },
  };

  test('a probe gets the last good reading of its item, with its time and boot id', async () => {
    const seen: unknown[] = [];
    const read: Read = async ({ item, previous }) => {
      seen.push([item, previous?.at.toISOString(), previous?.bootId, previous?.data]);
      return { n: 1 };
    };
    await run([single('host', read), many('filesystems', async () => ['data', 'archive', 'new'], read)], {
      previous: before,
    });
    assert.deepEqual(seen, [
      ['', '2026-11-20T07:31:00.000Z', 'boot-1', { n: 7 }],
      ['data', '2026-11-20T07:31:00.000Z', 'boot-1', { n: 9 }],
      ['archive', '2026-11-19T07:31:00.000Z', 'boot-0', { n: 8 }],
      ['new', undefined, undefined, undefined],
    ]);
  });

  test('a good reading is kept for the next run, with its time and boot id', async () => {
    const { readings } = await run([single('host', good), many('filesystems', async () => ['data'], good)], {
      previous: before,
    });
    const kept = { at: '2026-11-20T07:46:00.000Z', boot_id: 'boot-2', data: { n: 1 } };
    assert.deepEqual(readings, { host: { '': kept }, filesystems: { data: kept } });
  });

  test('the last good reading is kept after failures of every kind', async () => {
    const cases: Record<string, Read> = {
      error: fails('gone'),
      timeout: never,
      shape: async () => ({ n: 'seven' }),
      absent: async () => {
        throw new Absent('not now');
      },
    };
    for (const [kind, read] of Object.entries(cases)) {
      const { readings } = await run(
        [single('host', read), many('filesystems', async () => ['archive', 'data'], read)],
        { previous: before, timeoutMs: 20 },
      );
      assert.deepEqual(readings, before, kind);
    }
    assert.ok(Object.keys(cases).length >= 4);
  });

  test('the last good reading is kept where no time was left for a new one', async () => {
    const { readings } = await run([single('host', good)], { previous: before, budgetMs: 0 });
    assert.deepEqual(readings, { host: before['host'] });
  });

  test('the last good readings are kept where the items could not be listed', async () => {
    const cases: Record<string, () => Promise<readonly string[]>> = { error: fails('gone'), timeout: never };
    for (const [kind, items] of Object.entries(cases)) {
      const { readings } = await run([many('filesystems', items, good)], { previous: before, timeoutMs: 20 });
      assert.deepEqual(readings, { filesystems: before['filesystems'] }, kind);
    }
    assert.ok(Object.keys(cases).length >= 2);
  });

  test('a failed item keeps its last reading, and another item gets its new one', async () => {
    const read: Read = async ({ item }) => {
      if (item === 'archive') throw new Error('Stale file handle');
      return { n: 10 };
    };
    const { readings } = await run([many('filesystems', async () => ['archive', 'data'], read)], { previous: before });
    assert.deepEqual(readings, {
      filesystems: {
        archive: { at: '2026-11-19T07:31:00.000Z', boot_id: 'boot-0', data: { n: 8 } },
        data: { at: '2026-11-20T07:46:00.000Z', boot_id: 'boot-2', data: { n: 10 } },
      },
    });
  });

  test('an item that is no longer listed loses its last reading', async () => {
    const { readings } = await run([many('filesystems', async () => ['data'], good)], { previous: before });
    assert.deepEqual(Object.keys(readings['filesystems'] ?? {}), ['data']);
  });

  test('a last reading of another shape, from an older version, is ignored', async () => {
    let seen: From['previous'];
    const read: Read = async ({ previous }) => {
      seen = previous;
      return { n: 1 };
    };
    const cases: unknown[] = [{ count: 7 }, { n: '7' }, null, undefined];
    for (const data of cases) {
      const previous = { host: { '': { at: '2026-11-20T07:31:00.000Z', boot_id: 'boot-2', data } } };
      const { sections } = await run([single('host', read)], { previous });
      assert.equal(seen, undefined);
      assert.deepEqual(brief(sections), { host: { n: 1 } });
    }
    assert.ok(cases.length >= 4);
  });
});
