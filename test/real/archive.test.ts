// The archive for its users: real xarray opens stores that whole processes wrote, that a kill or a full disk interrupted,
// and that are being appended to.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { describe, type TestContext } from 'node:test';
import { chunkLength } from '../../lib/archive/layout.ts';
import type { Envelope } from '../../lib/contract/envelope.ts';
import { history } from '../../lib/health/files.ts';
import { snapshots } from '../../lib/snapshot/files.ts';
import { archiveWith, instant, ok, sectionsOf, snapshotAt } from '../archive/days.ts';
import { type Ended, environmentIn, root, runBeside } from '../process.ts';
import { placesIn, readText, temporaryFolder } from '../world.ts';
import { fill, mountTmpfs } from './disks.ts';
import { strictPython } from './xarray.ts';

const here = import.meta.dirname;
const script = join(here, 'archive.py');

/** The store as xarray opens it by default: number of samples and a hash of everything; or the kind of error. */
type State = { readonly samples: number; readonly hash: string } | { readonly error: string };

/** One Python process for all questions: starting Python takes longer than an answer. */
function xarray(t: TestContext) {
  const [program, ...argv] = strictPython(t).argv;
  const child = spawn(program, [...argv, script, 'states'], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => child.stdin.end());
  const waiting: ((line: string) => void)[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.(line));
  child.on('exit', (code) => {
    for (const answer of waiting.splice(0)) answer(JSON.stringify({ error: `Python ended with ${code}` }));
  });
  return async (path: string): Promise<State> => {
    const line = new Promise<string>((resolve) => waiting.push(resolve));
    child.stdin.write(`${path}\n`);
    return JSON.parse(await line) as State;
  };
}

// A small site: a handful of variables, a sample every five minutes, from 20 days ago on.

const stepMs = 300_000;
const someTimeAgo = Date.now() - 20 * 86_400_000;
const at = (index: number): Date => new Date(someTimeAgo + index * stepMs);

const smallSections = (index: number): Record<string, Envelope> => ({
  gates: ok({ prune: ok({ file: '/g', verdict: 'fail', decided_at: '', age_seconds: index, counts: {} }) }),
});

/** Raw lines and verdicts as collect-snapshot and assess-health would have written them into that folder. */
function writeLines(folder: string, from: number, to: number, sections = smallSections): void {
  const places = placesIn(folder);
  const texts = new Map<string, string>();
  const put = (path: string, record: object) => texts.set(path, `${texts.get(path) ?? ''}${JSON.stringify(record)}\n`);
  for (let index = from; index < to; index++) {
    const time = at(index);
    const snapshot = snapshotAt(time, sections(index));
    put(snapshots.path(places, time), snapshot);
    put(history.path(places, time), {
      time: time.toISOString(),
      run_id: snapshot['run_id'],
      overall_level: index % 2 === 0 ? 'green' : 'red',
      levels: { 'gate-verdict:prune': index % 2 === 0 ? 'green' : 'red' },
    });
  }
  for (const [path, text] of texts) {
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, text);
  }
}

/** Removes the oldest raw files, as logrotate would. */
function forgetBefore(folder: string, index: number): void {
  const raw = dirname(snapshots.path(placesIn(folder), at(index)));
  const first = snapshots.path(placesIn(folder), at(index)).slice(raw.length + 1);
  for (const name of readdirSync(raw)) if (name < first) rmSync(join(raw, name));
}

/** A small disk on which append-zarr runs again and again, over states that are copied to it. */
function slotIn(t: TestContext) {
  // In memory: on a real disk most of the time would be spent waiting for it.
  const folder = mountTmpfs(t, 'size=16m');
  const home = temporaryFolder(t);
  const config = join(home, 'config.yaml');
  writeFileSync(config, `files: { state: ${folder}/state }\n`);
  const hook = join(here, '..', 'faults', 'kill-at.cjs');
  const calls = 'writeSync,writeFileSync,renameSync,unlinkSync,rmSync,mkdirSync,ftruncateSync,spawnSync';
  const run = (env: Record<string, string> = {}): Promise<Ended> =>
    runBeside([process.execPath, '--require', hook, join(root, 'dist', 'append-zarr.cjs'), '--config', config], {
      ...environmentIn(home),
      KILL_CALLS: calls,
      ...env,
    });
  const state = join(folder, 'state');
  return {
    folder,
    run,
    state,
    store: join(state, 'ops_monitor.zarr'),
    reset: (template: string) => {
      rmSync(state, { recursive: true, force: true });
      cpSync(template, state, { recursive: true });
    },
    saved: () => {
      const template = temporaryFolder(t);
      cpSync(state, template, { recursive: true });
      return template;
    },
    beside: () => readdirSync(state).filter((name) => name.startsWith('ops_monitor.zarr.')),
  };
}

type Slot = ReturnType<typeof slotIn>;

interface Case {
  readonly what: string;
  /** Makes the state before the killed run. */
  readonly before: (slot: Slot) => Promise<void>;
  readonly keepsOld?: boolean;
}

async function well(slot: Slot, says: string): Promise<void> {
  const { status, stderr } = await slot.run();
  assert.equal(status, 0, `${says}: ${stderr}`);
}

const problemsIn = (stderr: string): readonly string[] =>
  (JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { problems: string[] }).problems;

async function withStore(slot: Slot, samples: number): Promise<void> {
  writeLines(slot.folder, 0, samples);
  await well(slot, 'making');
}

/** A damaged store that has older samples than the raw lines, and a line that is not archived yet. */
const damagedBy = (damage: (slot: Slot) => void) => async (slot: Slot) => {
  await withStore(slot, 600);
  damage(slot);
  forgetBefore(slot.folder, 400);
  writeLines(slot.folder, 600, 601);
};

const killCases: readonly Case[] = [
  {
    what: 'an append of one sample',
    before: async (slot) => {
      await withStore(slot, 5);
      writeLines(slot.folder, 5, 6);
    },
  },
  {
    what: 'an append that begins a chunk, with a new variable',
    before: async (slot) => {
      await withStore(slot, chunkLength);
      forgetBefore(slot.folder, chunkLength);
      writeLines(slot.folder, chunkLength, chunkLength + 1, (index) => ({
        ...smallSections(index),
        systemd: ok({ failed_units: [], failed: 1 }),
      }));
    },
  },
  {
    what: 'a rebuild of an older layout, of which the raw lines do not have all',
    before: damagedBy(({ store }) => {
      const path = join(store, 'zarr.json');
      writeFileSync(path, readText(path).replace('"store_version":1', '"store_version":0'));
    }),
    keepsOld: true,
  },
  {
    what: 'a rebuild of a store whose last chunk is cut',
    before: damagedBy(({ store }) => truncateSync(join(store, 'gate_prune_age_seconds', 'c', '0'), 2000)),
    keepsOld: true,
  },
  { what: 'the first making', before: async (slot) => writeLines(slot.folder, 0, 300) },
];

describe('archive and xarray', () => {
  test('killed at every write of an append or a rebuild, the store is the old one or the new one for xarray, and the next run ends well', async (t) => {
    const ask = xarray(t);
    const slots = [slotIn(t), slotIn(t), slotIn(t)] as const;
    let points = 0;
    for (const { what, before, keepsOld } of killCases) {
      const [first] = slots;
      first.reset(temporaryFolder(t));
      await before(first);
      const template = first.saved();
      const old = await ask(join(template, 'ops_monitor.zarr'));

      const countFile = join(temporaryFolder(t), 'count');
      const counting = await first.run({ KILL_COUNT: countFile });
      assert.equal(counting.status, 0, counting.stderr);
      const calls = Number(readText(countFile));
      const made = await ask(first.store);
      assert.ok('samples' in made && JSON.stringify(made) !== JSON.stringify(old), `${what}: ${JSON.stringify(made)}`);

      // 'after' one change is 'before' the next.
      const targets = Array.from({ length: calls }, (_, index) => index + 1).flatMap((call) =>
        [...(call === 1 ? ['before'] : []), 'in', 'after'].map((phase) => ({ call, phase })),
      );
      const seen = { old: 0, new: 0 };
      const work = async (slot: Slot): Promise<void> => {
        for (let target = targets.shift(); target; target = targets.shift()) {
          const says = `${what}: killed ${target.phase} change ${target.call} of ${calls}`;
          slot.reset(template);
          const { signal } = await slot.run({ KILL_AT: String(target.call), KILL_PHASE: target.phase });
          assert.equal(signal, 'SIGKILL', says);
          const left = JSON.stringify(await ask(slot.store));
          assert.ok(
            [old, made].some((state) => JSON.stringify(state) === left),
            `${says}: xarray sees ${left}`,
          );
          seen[left === JSON.stringify(made) ? 'new' : 'old'] += 1;
          await well(slot, `${says}, then again`);
          assert.deepEqual(await ask(slot.store), made, `${says}: the next run does not end well`);
          const again = await slot.run();
          assert.deepEqual([again.status, problemsIn(again.stderr)], [0, []], `${says}: ${again.stderr}`);
          // No temporary file is left, and the damaged store is kept.
          const beside = slot.beside();
          assert.ok(
            beside.every((name) => /\.(broken|backup)-\d{8}T\d{6}Z(-\d+)?$/.test(name)),
            `${says}: ${beside.join(' ')}`,
          );
          assert.equal(beside.length > 0, keepsOld === true, `${says}: ${beside.join(' ')}`);
          points += 1;
        }
      };
      for (const slot of slots) {
        slot.reset(template);
        await well(slot, what); // its configuration and its code are in the cache from here on
      }
      await Promise.all(slots.map(work));
      t.diagnostic(
        `${what}: ${calls} changes; after a kill xarray saw the old state ${seen.old} times, the new ${seen.new}`,
      );
      assert.ok(calls >= 15 && seen.old > 0 && seen.new > 0, what);
    }
    t.diagnostic(`${points} points`);
    assert.ok(points >= 300, `only ${points} points`);
  });

  test('a disk that becomes full at any page leaves the old store or the new one, with a message, and the next run with room ends well', async (t) => {
    const ask = xarray(t);
    const slot = slotIn(t);
    for (const { what, before } of killCases) {
      slot.reset(temporaryFolder(t));
      await before(slot);
      const template = slot.saved();
      const old = await ask(slot.store);
      await well(slot, what);
      const made = await ask(slot.store);
      let [pages, failed] = [0, 0];
      for (let status: number | null = 1; status !== 0; pages += pages < 5 ? 1 : 3) {
        assert.ok(pages < 300, `${what}: does not end well with ${pages} pages free`);
        slot.reset(template);
        fill(slot.folder);
        truncateSync(join(slot.folder, 'ballast'), statSync(join(slot.folder, 'ballast')).size - pages * 4096);
        const ended = await slot.run();
        ({ status } = ended);
        const says = `${what}, ${pages} pages free: ${ended.stderr}`;
        const left = await ask(slot.store);
        if (status === 0) {
          assert.deepEqual(left, made, says);
        } else {
          failed += 1;
          assert.equal(status, 1, says);
          assert.match(ended.stderr, /ops_monitor\.zarr.* failed; (it is as it was|there is none yet): ENOSPC/, says);
          assert.deepEqual(left, old, says);
          // An unfinished store is removed: it would keep the disk full.
          assert.ok(
            ['rebuilding', 'rebuilt', 'tmp'].every((name) => !existsSync(`${slot.store}.${name}`)),
            says,
          );
        }
        for (const name of ['ballast', 'rest']) rmSync(join(slot.folder, name));
        await well(slot, says);
        assert.deepEqual(await ask(slot.store), made, says);
      }
      t.diagnostic(`${what}: failed with ${failed} sizes of what was free`);
      assert.ok(failed >= 1, what);
    }
  });

  test('a store on a read-only disk stays as it was, with a message, and the next run on a writable disk ends well', async (t) => {
    const ask = xarray(t);
    const slot = slotIn(t);
    for (const { what, before } of killCases) {
      slot.reset(temporaryFolder(t));
      await before(slot);
      const old = await ask(slot.store);
      execFileSync('mount', ['-o', 'remount,ro', slot.folder]);
      const { status, stderr } = await slot.run();
      const left = await ask(slot.store);
      execFileSync('mount', ['-o', 'remount,rw', slot.folder]);
      assert.equal(status, 1, stderr);
      assert.match(stderr, /ops_monitor\.zarr.* failed; (it is as it was|there is none yet): EROFS/, what);
      assert.deepEqual(left, old, what);
      await well(slot, what);
      assert.notDeepEqual(await ask(slot.store), old, what);
    }
  });

  test('a repaired store equals a new store made from the same lines', async (t) => {
    const ask = xarray(t);
    const slot = slotIn(t);
    const inRoot = (from: string, to: string) => {
      const path = join(slot.store, 'zarr.json');
      assert.ok(readText(path).includes(from));
      writeFileSync(path, readText(path).replace(from, to));
    };
    const damages: [what: string, damage: () => void][] = [
      ['garbage in the root', () => writeFileSync(join(slot.store, 'zarr.json'), 'garbage{')],
      ['a chunk that is cut', () => truncateSync(join(slot.store, 'gate_prune_age_seconds', 'c', '0'), 1000)],
      ['an older layout', () => inRoot('"store_version":1', '"store_version":0')],
      ['a time that is cut', () => truncateSync(join(slot.store, 'time', 'c', '0'), 100)],
      ['an array that is gone', () => rmSync(join(slot.store, 'gate_prune_verdict'), { recursive: true })],
    ];
    await withStore(slot, 50);
    const template = slot.saved();
    const whole = await ask(slot.store);
    for (const [what, damage] of damages) {
      slot.reset(template);
      damage();
      await well(slot, what);
      assert.deepEqual(await ask(slot.store), whole, what);
      assert.equal(slot.beside().length, 1, what);
    }
  });

  test('repeated, torn, future and unordered lines leave rising times in the store, each once', async (t) => {
    const ask = xarray(t);
    const slot = slotIn(t);
    await withStore(slot, 10);
    writeLines(slot.folder, 10, 12);
    const clean = slot.saved();
    await well(slot, 'clean');
    const whole = await ask(slot.store);
    slot.reset(clean);
    const raw = snapshots.path(placesIn(slot.folder), at(11));
    const line = (time: Date) => `${JSON.stringify(snapshotAt(time, smallSections(99)))}\n`;
    const future = new Date(Date.now() + 86_400_000);
    appendFileSync(
      raw,
      `${line(at(11))}${line(at(3))}${line(new Date(5))}${line(future)}${line(at(12)).slice(0, 300)}\n`,
    );
    await well(slot, 'with all that');
    assert.deepEqual(await ask(slot.store), whole);
  });

  test('four runs at once wait for each other or name the running one, and each sample is stored once', async (t) => {
    const ask = xarray(t);
    const slot = slotIn(t);
    await withStore(slot, 10);
    writeLines(slot.folder, 10, 400);
    const ended = await Promise.all([slot.run(), slot.run(), slot.run(), slot.run()]);
    for (const { status, stderr } of ended) assert.ok(status === 0 || status === 75, stderr);
    const left = await ask(slot.store);
    assert.equal('samples' in left && left.samples, 400);
  });

  interface Looked {
    readonly attributes: Readonly<Record<string, string>>;
    readonly [fact: string]: unknown;
  }

  test('xarray opens the demo’s thirty days without a warning, and every value equals that of the JSONL', (t) => {
    const { run } = strictPython(t);
    const folder = temporaryFolder(t);
    const began = performance.now();
    const argv = [join(root, 'dist', 'demo.cjs'), '--folder', join(folder, 'demo'), '--real', '0'];
    const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', timeout: 800_000 });
    assert.equal(status, 0, stderr);
    const played = performance.now();
    const state = join(folder, 'demo', 'days', 'state');

    const { attributes, variables, flags, ...facts } = JSON.parse(
      run(script, 'look', join(state, 'ops_monitor.zarr')),
    ) as Looked;
    assert.equal(attributes['instrument'], 'ops-monitor');
    assert.equal(attributes['source'], 'ops_monitor_YYYYMMDD.jsonl');
    assert.equal(attributes['title'], 'Operations monitoring');
    assert.equal(attributes['Conventions'], 'CF-1.11');
    assert.deepEqual(facts, {
      samples: 30 * 288,
      flags_that_cf_xarray_decodes: flags,
      dimensions: ['time'],
      time: 'datetime64',
      sorted: true,
      unique: true,
      same_without_consolidated: true,
      types: ['float64', 'int8'],
      without_long_name: [],
      without_units_or_meanings: [],
      with_both: [],
      flags_without_values: [],
    });
    assert.ok(Number(variables) > 400 && Number(flags) > 100, `${String(variables)} variables, ${String(flags)} flags`);

    const { wrong, ...compared } = JSON.parse(run(script, 'compare', state)) as Record<string, unknown>;
    assert.deepEqual(wrong, []);
    assert.deepEqual([compared['samples'], compared['judged'], compared['variables']], [30 * 288, 30 * 288, variables]);
    assert.equal(compared['compared'], 30 * 288 * Number(variables));
    t.diagnostic(
      `${JSON.stringify(compared)}; played in ${Math.round((played - began) / 1000)} s, compared in ${Math.round((performance.now() - played) / 1000)} s`,
    );
  });

  test('a reader that opens the store again and again during 1,000 appends never fails', async (t) => {
    const [program, ...options] = strictPython(t).argv;
    // Across the end of a chunk, and with a variable that first appears on the way.
    const begin = chunkLength - 500;
    const site = await archiveWith(t, begin);
    const child = spawn(program, [...options, script, 'watch', site.path], { stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => child.kill());
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    assert.equal((await lines.next()).value, 'ready');
    const began = performance.now();
    for (let index = begin; index < begin + 1000; index++) {
      site.write(index, index + 1, (number) => ({
        ...sectionsOf(number),
        ...(number >= begin + 250 ? { host: ok({ load_1: 0.5, cpus: 4 }) } : {}),
      }));
      const { counts, problems } = await site.run(instant(index));
      assert.deepEqual([counts['appended'], problems], [1, []]);
    }
    const seconds = (performance.now() - began) / 1000;
    child.stdin.end('enough\n');
    const { opens, advances, samples, problems } = JSON.parse((await lines.next()).value ?? '{}') as {
      opens: number;
      advances: number;
      samples: number;
      problems: string[];
    };
    t.diagnostic(`1,000 appends in ${seconds.toFixed(1)} s; opened ${opens} times, ${advances} times with more`);
    assert.deepEqual(problems, []);
    assert.ok(opens >= 100 && advances >= 50 && samples > begin + 900, `${opens}, ${advances}, ${samples}`);
  });
});
