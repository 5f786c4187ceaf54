// An end at every step of an append and of a rebuild: before it, after it, and with half of what was to be written.
// Whole processes, killed for good and looked at by xarray: test/real/archive.test.ts.
import assert from 'node:assert/strict';
import { cpSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { StoreFiles } from '../../lib/contract/store.ts';
import { chunkLength } from '../../lib/archive/layout.ts';
import { storeFiles, unsyncedFiles } from '../../lib/io/store.ts';
import { temporaryFolder } from '../world.ts';
import { archiveIn, instant, ok } from './days.ts';

/** Two thousand runs need no disk that is in step: what is killed here is no machine. */
const files: StoreFiles = { ...unsyncedFiles, exchange: storeFiles.exchange };

class Killed extends Error {}

const phases = ['before', 'in', 'after'] as const;
type Phase = (typeof phases)[number];

/** The files of a store until the Nth change; after that there is nobody to change anything. */
function killedAt(
  target: number,
  phase: Phase,
  error: () => Error = () => new Killed(),
): StoreFiles & { changes: () => number } {
  let [changes, dead] = [0, false];
  const dying =
    <Argv extends unknown[], Result>(real: (...argv: Argv) => Result, half?: (...argv: Argv) => void) =>
    (...argv: Argv): Result => {
      if (dead) throw error();
      changes += 1;
      if (changes !== target) return real(...argv);
      dead = true;
      if (phase === 'after') real(...argv);
      if (phase === 'in') half?.(...argv);
      throw error();
    };
  const halfOf = (bytes: Uint8Array | string): Uint8Array => {
    const all = Buffer.from(bytes as Uint8Array);
    return all.subarray(0, all.length >> 1);
  };
  return {
    ...files,
    changes: () => changes,
    writeAt: dying(files.writeAt, (path, offset, bytes) => files.writeAt(path, offset, halfOf(bytes))),
    writeAfter: dying(files.writeAfter, (path, beginning, text) => files.writeAfter(path, beginning, text.slice(0, 2))),
    put: dying(files.put, (path, bytes, scratch) => files.write(join(scratch, 'half'), halfOf(bytes))),
    write: dying(files.write, (path, bytes) => files.write(path, halfOf(bytes))),
    sync: dying(files.sync),
    rename: dying(files.rename),
    exchange: dying(files.exchange),
    remove: dying(files.remove),
  };
}

const used = 'filesystem_data_used_percent';

/** What stands in the store, without what differs from one making to the next. */
function stateOf(site: ReturnType<typeof archiveIn>): string {
  const { times, columns } = site.read();
  return JSON.stringify([[...times], [...columns].map(([name, column]) => [name, [...column].map(String)])]);
}

interface Case {
  readonly what: string;
  readonly before: (site: ReturnType<typeof archiveIn>) => Promise<void>;
  readonly at: Date;
  /** Before a rebuild of a broken store there is nothing that could be read. */
  readonly oldIsBroken?: boolean;
}

const cases: readonly Case[] = [
  {
    what: 'an append of some samples with a new variable',
    before: async (site) => {
      site.write(0, 3);
      await site.run(instant(3));
      site.write(3, 5, (index) => ({ host: ok({ load_1: index, cpus: 4 }) }));
    },
    at: instant(5),
  },
  {
    what: 'an append over the end of a chunk',
    before: async (site) => {
      site.write(0, chunkLength - 1);
      await site.run(instant(chunkLength));
      // What is in the store already is copied for each point: the raw lines of thirteen days are in nobody's way.
      for (let index = 0; index < chunkLength - 300; index += 200)
        rmSync(site.rawFile(instant(index)), { force: true });
      site.write(chunkLength - 1, chunkLength + 1);
    },
    at: instant(chunkLength + 1),
  },
  {
    what: 'a rebuild because of an older layout',
    before: async (site) => {
      site.write(0, 4);
      await site.run(instant(4));
      truncateSync(join(site.path, used, 'c', '0'), 8);
      site.write(4, 5);
    },
    at: instant(5),
    oldIsBroken: true,
  },
  { what: 'the making of a store', before: async (site) => site.write(0, 3), at: instant(3), oldIsBroken: true },
];

async function pointsOf(t: TestContext, { what, before, at, oldIsBroken = false }: Case): Promise<number> {
  const template = temporaryFolder(t);
  const site = archiveIn(template);
  await before(site);
  const old = oldIsBroken ? undefined : stateOf(site);
  const copy = () => {
    const folder = temporaryFolder(t);
    cpSync(template, folder, { recursive: true });
    return archiveIn(folder);
  };
  const whole = copy();
  const counting = killedAt(Number.POSITIVE_INFINITY, 'before');
  await whole.run(at, counting);
  const finished = stateOf(whole);
  let points = 0;
  for (let target = 1; target <= counting.changes(); target++) {
    // After one change is before the next.
    for (const phase of target === counting.changes() ? phases : phases.slice(0, 2)) {
      const hit = copy();
      await assert.rejects(() => hit.run(at, killedAt(target, phase)));
      const says = `${what}: ${phase} change ${target} of ${counting.changes()}`;
      if (old !== undefined) assert.ok([old, finished].includes(stateOf(hit)), `${says}: neither old nor new`);
      await hit.run(at, files);
      assert.equal(stateOf(hit), finished, `${says}: the next run does not end well`);
      assert.deepEqual((await hit.run(at, files)).problems, [], says);
      points += 1;
    }
  }
  return points;
}

test('whoever is killed at whatever step leaves the old state or the new one, and the next run ends well', async (t) => {
  let points = 0;
  for (const each of cases) points += await pointsOf(t, each);
  t.diagnostic(`${points} points`);
  assert.ok(points >= 300, `only ${points} points were tried`);
});

test('a disk that is full at whatever step: an error that says so, the store as it was, and all is well once there is room', async (t) => {
  const full = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const template = temporaryFolder(t);
  const site = archiveIn(template);
  site.write(0, 3);
  await site.run(instant(3));
  const old = stateOf(site);
  site.write(3, 4);
  for (let target = 2, tried = 0; ; target++, tried++) {
    const folder = temporaryFolder(t);
    cpSync(template, folder, { recursive: true });
    const hit = archiveIn(folder);
    const failure = await hit.run(instant(4), killedAt(target, 'in', full)).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!failure) {
      assert.ok(tried > 20, `only ${tried} steps were tried`);
      break;
    }
    const after = stateOf(hit);
    await hit.run(instant(4), files);
    const healed = stateOf(hit);
    assert.ok(after === old || after === healed, `step ${target}`);
    assert.notEqual(healed, old);
  }
});
