// The archive as its users meet it: real xarray opens what whole processes wrote, also those that were killed, that a
// full disk stopped, and while it grows.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { chunkLength } from '../../lib/archive/layout.ts';
import type { Envelope } from '../../lib/contract/envelope.ts';
import { history } from '../../lib/health/files.ts';
import { snapshots } from '../../lib/snapshot/files.ts';
import { ok, snapshotAt } from '../archive/days.ts';
import { placesIn, readText, temporaryFolder } from '../world.ts';
import { mountTmpfs } from './disks.ts';
import { root, siteIn } from './stages.ts';
import { strictPython } from './xarray.ts';

const here = dirname(fileURLToPath(import.meta.url));
const script = join(here, 'archive.py');

/** What xarray finds by its default open: how many samples, and a hash of all of it; or the kind of its error. */
type State = { readonly samples: number; readonly hash: string } | { readonly error: string };

/** One Python for all questions: starting it takes longer than what is asked. */
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

// A small site: a handful of variables, in the five minutes up to now.

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

/** The oldest raw files go, as logrotate would take them. */
function forgetBefore(folder: string, index: number): void {
  const raw = dirname(snapshots.path(placesIn(folder), at(index)));
  const first = snapshots.path(placesIn(folder), at(index)).slice(raw.length + 1);
  for (const name of readdirSync(raw)) if (name < first) rmSync(join(raw, name));
}

// kill -9

interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stderr: string;
}

/** A folder in which append-zarr runs again and again, over states that are copied into it. */
function slotIn(t: TestContext) {
  // In memory: on a disk most of the time would go into waiting for it.
  const folder = mountTmpfs(t, 'size=256m');
  const site = siteIn(folder, `files: { state: ${folder}/state }\n`);
  const hook = join(here, '..', 'faults', 'kill-at.cjs');
  const run = async (env: Record<string, string> = {}): Promise<Ended> => {
    const argv = ['--require', hook, join(root, 'dist', 'append-zarr.cjs'), '--config', join(folder, 'config.yaml')];
    const child: ChildProcess = spawn(process.execPath, argv, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        XDG_CACHE_HOME: join(folder, 'cache'),
        XDG_RUNTIME_DIR: join(folder, 'run'),
        KILL_CALLS: 'writeSync,writeFileSync,renameSync,unlinkSync,rmSync,mkdirSync,ftruncateSync,spawnSync',
        ...env,
      },
    });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
    return { status, signal, stderr };
  };
  return {
    folder,
    run,
    store: join(site.state, 'ops_monitor.zarr'),
    reset: (template: string) => {
      rmSync(site.state, { recursive: true, force: true });
      cpSync(template, site.state, { recursive: true });
    },
    beside: () => readdirSync(site.state).filter((name) => name.startsWith('ops_monitor.zarr.')),
  };
}

type Slot = ReturnType<typeof slotIn>;

interface Case {
  readonly what: string;
  /** Makes the state that is there before the run which is killed. */
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
    before: async (slot) => {
      await withStore(slot, 600);
      const path = join(slot.store, 'zarr.json');
      writeFileSync(path, readText(path).replace('"store_version":1', '"store_version":0'));
      forgetBefore(slot.folder, 400);
      writeLines(slot.folder, 600, 601);
    },
    keepsOld: true,
  },
  {
    what: 'a rebuild of a store whose last chunk is cut',
    before: async (slot) => {
      await withStore(slot, 600);
      truncateSync(join(slot.store, 'gate_prune_age_seconds', 'c', '0'), 2000);
      forgetBefore(slot.folder, 400);
      writeLines(slot.folder, 600, 601);
    },
    keepsOld: true,
  },
  { what: 'the first making', before: async (slot) => writeLines(slot.folder, 0, 300) },
];

test('killed before, in and after every write of an append and of a rebuild: xarray sees the old state or the new one, and the next run ends well', async (t) => {
  const ask = xarray(t);
  const slots = [slotIn(t), slotIn(t), slotIn(t)] as const;
  let points = 0;
  for (const { what, before, keepsOld } of killCases) {
    const [first] = slots;
    rmSync(join(first.folder, 'state'), { recursive: true, force: true });
    await before(first);
    const template = temporaryFolder(t);
    cpSync(join(first.folder, 'state'), template, { recursive: true });
    const old = await ask(join(template, 'ops_monitor.zarr'));

    const countFile = join(first.folder, 'count');
    const counting = await first.run({ KILL_COUNT: countFile });
    assert.equal(counting.status, 0, counting.stderr);
    const calls = Number(readText(countFile));
    const made = await ask(first.store);
    assert.ok('samples' in made && JSON.stringify(made) !== JSON.stringify(old), `${what}: ${JSON.stringify(made)}`);

    // After one change is before the next.
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
        // Nothing half-made is left, and what was damaged is kept.
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
