// kill -9 at every change of the disk that a stage makes, and at any moment: each file is old or new, and whole.
import assert from 'node:assert/strict';
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { isWhole, randomOf, sampleOf, seedOf } from '../chance.ts';
import { environmentIn, killNow, root, runBeside, runProcess } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

const here = import.meta.dirname;
const dist = join(root, 'dist');
const stages = ['collect-snapshot', 'assess-health', 'write-report'] as const;

/** A site of its own, on the recorded sick machine: the fullest snapshot there is. */
function makeSite(t: TestContext) {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  const machine = join(here, '..', 'hosts', 'sick');
  const text = readText(join(machine, 'config.yaml'));
  writeFileSync(
    config,
    `${text}\nfiles: { state: ${join(folder, 'state')} }\nhosts: { local: { folder: ${machine} } }\n`,
  );
  const env = environmentIn(folder);
  const argvOf = (stage: string): string[] => [join(dist, `${stage}.cjs`), '--config', config];
  return { folder, state: join(folder, 'state'), env, argvOf };
}

type Site = ReturnType<typeof makeSite>;

function runWhole({ argvOf, env }: Site, stage: string): void {
  const { status, stderr } = runProcess([process.execPath, ...argvOf(stage)], env);
  assert.equal(status, 0, `${stage}: ${stderr}`);
}

/** What lies there, without the locks and their notes, and without what only a kill leaves. */
function filesOf(folder: string): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.endsWith('locks') && !/\.tmp-\d+-\d+$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [relative(folder, path), readText(path)]));
}

/** Each file that is replaced is the old one or parses to its end; each JSONL file holds the old lines, and whole ones. */
function assertWhole(site: Site, before: Map<string, string>, when: string): void {
  const after = filesOf(site.state);
  for (const [path, old] of before) {
    const now = after.get(path);
    assert.ok(now !== undefined, `${when}: ${path} is gone`);
    if (path.endsWith('.jsonl')) assertLines(path, old, now, when);
    else if (now !== old) assertComplete(path, now, when);
  }
  for (const [path, now] of after) if (!before.has(path) && !path.endsWith('.jsonl')) assertComplete(path, now, when);
}

/** Of what came to it, only the last line may be torn; one that an earlier kill left torn was closed first. */
function assertLines(path: string, old: string, now: string, when: string): void {
  assert.ok(now.startsWith(old), `${when}: ${path} lost what it had`);
  const added = now.slice(old.length);
  if (old !== '' && !old.endsWith('\n') && added !== '')
    assert.ok(added.startsWith('\n'), `${when}: ${path} was glued on`);
  const lines = added.split('\n');
  lines.pop();
  for (const line of lines) if (line !== '') assert.doesNotThrow(() => JSON.parse(line) as unknown, `${when}: ${path}`);
}

function assertComplete(path: string, text: string, when: string): void {
  assert.ok(text.endsWith('\n'), `${when}: ${path} is cut short`);
  if (path.endsWith('.json')) assert.doesNotThrow(() => JSON.parse(text) as unknown, `${when}: ${path}`);
  if (path.endsWith('.prom')) assert.match(text, /ops_monitor_probe_duration_seconds\{.*\} [\d.]+\n$/, when);
  if (path.endsWith('.md')) assert.match(text, /observe-only/, `${when}: ${path}`);
}

describe('faults/kill', () => {
  for (const stage of stages) {
    test(`${stage} may be killed before, in and after every change of the disk`, async (t) => {
      const site = makeSite(t);
      for (const each of stages) runWhole(site, each); // so that there is something old
      const saved = join(site.folder, 'saved');
      cpSync(site.state, saved, { recursive: true });
      const before = filesOf(site.state);
      const hook = ['--require', join(here, 'kill-at.cjs')];
      const countFile = join(site.folder, 'count');
      const counting = { ...site.env, KILL_COUNT: countFile };
      assert.equal(runProcess([process.execPath, ...hook, ...site.argvOf(stage)], counting).status, 0);
      const points = Number(readText(countFile));
      assert.ok(points >= 20, `only ${points} changes were seen: the hook does not see the stage's writes`);

      const all = Array.from({ length: points }, (_, index) => index + 1).flatMap((point) =>
        ['before', 'in', 'after'].map((phase) => ({ point, phase })),
      );
      const chosen = sampleOf(all, seedOf(t));
      let killed = 0;
      for (const { point, phase } of chosen) {
        rmSync(site.state, { recursive: true });
        cpSync(saved, site.state, { recursive: true });
        const env = { ...site.env, KILL_AT: String(point), KILL_PHASE: phase };
        const { signal } = await runBeside([process.execPath, ...hook, ...site.argvOf(stage)], env);
        if (signal === 'SIGKILL') killed += 1;
        assertWhole(site, before, `killed ${phase} change ${point} of ${points}`);
      }
      assert.ok(chosen.length >= 7 && killed >= chosen.length - 6, `${killed} of ${chosen.length} runs were killed`);
      // And the next run ends well, and leaves nothing half-made.
      runWhole(site, stage);
      const left = readdirSync(site.state, { recursive: true }).filter((name) => /\.tmp-\d+-\d+$/.test(String(name)));
      assert.deepEqual(left, []);
    });
  }

  test('the three stages may be killed at random moments', async (t) => {
    const random = randomOf(seedOf(t));
    const most = isWhole ? 200 : 25;
    const site = makeSite(t);
    for (const each of stages) runWhole(site, each);
    const began = performance.now();
    runWhole(site, 'collect-snapshot');
    // What a run takes changes with what else the machine does: one that ended before its kill corrects it.
    let usualMs = performance.now() - began;
    let killed = 0;
    for (let round = 0; killed < most; round++) {
      assert.ok(round < 10 * most, `only ${killed} of ${round} runs were killed in time`);
      const before = filesOf(site.state);
      const stage = stages[round % stages.length] ?? 'collect-snapshot';
      const start = performance.now();
      let timer: NodeJS.Timeout | undefined;
      const { signal } = await runBeside([process.execPath, ...site.argvOf(stage)], site.env, (pid) => {
        timer = setTimeout(killNow, random() * usualMs, pid);
      });
      clearTimeout(timer);
      if (signal === 'SIGKILL') killed += 1;
      else usualMs = (usualMs + (performance.now() - start)) / 2;
      assertWhole(site, before, `round ${round}, ${stage}`);
    }
    for (const each of stages) runWhole(site, each);
  });
});
