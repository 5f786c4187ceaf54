// Kills an append and a rebuild before, after and in the middle of every change to the store.
// test/real/archive.test.ts kills whole processes and reads the stores by xarray.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { StoreFiles } from '../../lib/contract/store.ts';
import { chunkLength } from '../../lib/archive/layout.ts';
import { reasonOf } from '../../lib/core/text.ts';
import { history } from '../../lib/health/files.ts';
import { storeFiles, unsyncedFiles } from '../../lib/io/store.ts';
import { isWhole, sampleOf, seedOf } from '../chance.ts';
import { temporaryFolder } from '../world.ts';
import { archiveIn, instant, ok, used } from './days.ts';

class Killed extends Error {}

type Phase = 'before' | 'in' | 'after';

/** Without fsync, because these tests run hundreds of times and need not survive a power cut. */
const quickFiles: StoreFiles = { ...unsyncedFiles, exchange: storeFiles.exchange };

/** Files whose Nth change fails, like every call after it: the process is dead. */
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
    ...quickFiles,
    changes: () => changes,
    writeAt: dying(quickFiles.writeAt, (path, offset, bytes) => quickFiles.writeAt(path, offset, halfOf(bytes))),
    writeAfter: dying(quickFiles.writeAfter, (path, beginning, text) =>
      quickFiles.writeAfter(path, beginning, text.slice(0, 2)),
    ),
    put: dying(quickFiles.put, (path, bytes, scratch) => quickFiles.write(join(scratch, 'half'), halfOf(bytes))),
    write: dying(quickFiles.write, (path, bytes) => quickFiles.write(path, halfOf(bytes))),
    sync: dying(quickFiles.sync),
    rename: dying(quickFiles.rename),
    exchange: dying(quickFiles.exchange),
    remove: dying(quickFiles.remove),
  };
}

/** Times and values of the store, without the attributes that differ between two builds. */
function stateOf(site: ReturnType<typeof archiveIn>): string {
  const { times, columns } = site.read();
  return JSON.stringify([[...times], [...columns].map(([name, column]) => [name, [...column].map(String)])]);
}

interface Case {
  readonly what: string;
  readonly before: (site: ReturnType<typeof archiveIn>) => Promise<void>;
  readonly at: Date;
  /** The store cannot be read before the rebuild. */
  readonly oldIsBroken?: boolean;
  /** The old store is kept beside the new one. */
  readonly keepsOld?: boolean;
}

const cases: readonly Case[] = [
  {
    what: 'an append of some samples with a new variable',
    before: async (site) => {
      site.write(0, 3);
      await site.run(instant(3), quickFiles);
      site.write(3, 5, (index) => ({ host: ok({ load_1: index, cpus: 4 }) }));
    },
    at: instant(5),
  },
  {
    what: 'an append over the end of a chunk',
    before: async (site) => {
      site.write(0, chunkLength - 1);
      await site.run(instant(chunkLength), quickFiles);
      // An append does not read earlier days, so they need not be copied hundreds of times.
      for (let index = 0; index < chunkLength - 300; index += 288) {
        rmSync(site.rawFile(instant(index)));
        rmSync(history.path(site.places, instant(index)));
      }
      site.write(chunkLength - 1, chunkLength + 1);
    },
    at: instant(chunkLength + 1),
  },
  {
    what: 'a rebuild because a chunk is truncated',
    before: async (site) => {
      site.write(0, 4);
      await site.run(instant(4), quickFiles);
      truncateSync(join(site.path, used, 'c', '0'), 8);
      site.write(4, 5);
    },
    at: instant(5),
    oldIsBroken: true,
    keepsOld: true,
  },
  {
    what: 'a rebuild because the root is missing',
    before: async (site) => {
      site.write(0, 4);
      await site.run(instant(4), quickFiles);
      rmSync(join(site.path, 'zarr.json'));
    },
    at: instant(5),
    oldIsBroken: true,
    keepsOld: true,
  },
  { what: 'the first build of a store', before: async (site) => site.write(0, 3), at: instant(3), oldIsBroken: true },
];

/** The folder before the run, a function that copies it, and the state and number of changes of an undisturbed run. */
async function prepare(t: TestContext, { before, at }: Case, counting: ReturnType<typeof killedAt>) {
  const template = temporaryFolder(t);
  const site = archiveIn(template);
  await before(site);
  const copy = () => {
    const folder = temporaryFolder(t);
    cpSync(template, folder, { recursive: true });
    return archiveIn(folder);
  };
  const whole = copy();
  await whole.run(at, counting);
  const targets = Array.from({ length: counting.changes() }, (_, index) => index + 1);
  return { site, copy, finished: stateOf(whole), targets };
}

async function assertNextRunCompletes(hit: ReturnType<typeof archiveIn>, at: Date, finished: string, says: string) {
  await hit.run(at, quickFiles);
  assert.equal(stateOf(hit), finished, `${says}: the next run does not complete it`);
  assert.deepEqual((await hit.run(at, quickFiles)).problems, [], says);
}

describe('archive/kill', () => {
  test('a run killed at any step leaves the old state or the new one, and the next run completes it', async (t) => {
    const seed = seedOf(t);
    let [tried, points] = [0, 0];
    for (const one of cases) {
      const { what, at, oldIsBroken = false, keepsOld = false } = one;
      const { site, copy, finished, targets } = await prepare(t, one, killedAt(Number.POSITIVE_INFINITY, 'before'));
      const old = oldIsBroken ? undefined : stateOf(site);
      const all = targets.flatMap((target) => (['before', 'in', 'after'] as const).map((phase) => ({ target, phase })));
      points += all.length;
      for (const { target, phase } of sampleOf(all, seed)) {
        const hit = copy();
        await assert.rejects(() => hit.run(at, killedAt(target, phase)));
        const says = `${what}: ${phase} change ${target} of ${targets.length}`;
        if (old !== undefined) assert.ok([old, finished].includes(stateOf(hit)), `${says}: neither old nor new`);
        await assertNextRunCompletes(hit, at, finished, says);
        const kept = readdirSync(dirname(hit.path)).filter((name) => /\.(broken|backup)-[\dTZ-]+$/.test(name));
        const whole = kept.filter((name) => existsSync(join(dirname(hit.path), name, 'time', 'zarr.json')));
        assert.equal(whole.length > 0, keepsOld, `${says}: ${kept.join(' ')}`);
        tried += 1;
      }
    }
    t.diagnostic(`${tried} of ${points} points`);
    assert.ok(points >= 300 && tried >= (isWhole ? points : 30), `only ${tried} of ${points} points were tried`);
  });

  test('a disk full at any step is reported truthfully, and the next run with room completes the store', async (t) => {
    const seed = seedOf(t);
    const full = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    // Files can be removed on a full disk.
    const fullFrom = (target: number) => ({ ...killedAt(target, 'in', full), remove: quickFiles.remove });
    let failed = 0;
    for (const one of cases) {
      const { what, at } = one;
      const { site, copy, finished, targets } = await prepare(t, one, fullFrom(Number.POSITIVE_INFINITY));
      const old = stateOrError(site);
      for (const target of sampleOf(targets, seed)) {
        const hit = copy();
        const says = await hit.run(at, fullFrom(target)).then(
          ({ problems }) => problems.join('; '),
          (error: unknown) => reasonOf(error),
        );
        const where = `${what}: change ${target} of ${targets.length}: ${says}`;
        if (/failed; (it is as it was|there is none yet): ENOSPC/.test(says)) {
          failed += 1;
          assert.equal(stateOrError(hit), old, where);
          assert.ok(!existsSync(`${hit.path}.rebuilding`) && !existsSync(`${hit.path}.rebuilt`), where);
        } else if (/not all arrays have their new length: ENOSPC/.test(says)) {
          assert.equal(stateOf(hit), finished, where);
        }
        await assertNextRunCompletes(hit, at, finished, where);
      }
    }
    assert.ok(failed > (isWhole ? 60 : 5), `only ${failed} times the disk was full`);
  });

  /** The state, or why it cannot be read. */
  function stateOrError(site: ReturnType<typeof archiveIn>): string {
    try {
      return stateOf(site);
    } catch (error) {
      return reasonOf(error).replaceAll(site.path, '');
    }
  }
});
