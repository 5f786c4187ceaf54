// run-rehearsal killed with SIGKILL at random moments, and readers beside it: results are whole, and no process is left.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RehearsalSummary } from '../../lib/rehearsal/files.ts';
import { sampleOf, seedOf } from '../chance.ts';
import { killAtRandom } from '../killing.ts';
import { processesOf, root, runBeside, runProcess } from '../process.ts';
import { readText, until } from '../world.ts';
import { makeSite, sh } from './site.ts';

const files = ['health_checks.json', 'rehearsal_status.prom', 'rehearsal_summary.json', 'smoke_test.json'];

/** Fails where a file of the run is missing, torn, or of another run. */
function assertWholeRun(folder: string, when: string): void {
  const names = readdirSync(folder);
  for (const name of [...files, 'smoke_test_payload.json', 'connector-agent.log'])
    assert.ok(names.includes(name), `${when}: ${folder} lacks ${name}`);
  const { verdict, artifacts, smoke_test } = JSON.parse(
    readText(join(folder, 'rehearsal_summary.json')),
  ) as RehearsalSummary;
  assert.equal(verdict, 'pass', when);
  assert.ok(folder.endsWith(artifacts.slice(artifacts.lastIndexOf('/'))), `${when}: ${folder} is that of ${artifacts}`);
  assert.equal(Array.isArray(smoke_test?.payload) && smoke_test.payload.length, 500, when);
  assert.match(readText(join(folder, 'rehearsal_status.prom')), /^rehearsal_success 1$/m);
}

describe('run-rehearsal, killed', () => {
  test('at random moments: results, `latest` and the archive are whole, and no process is left', async (t) => {
    const site = makeSite(t, {});
    // Its name in the command lines tells the processes of this test from others.
    const helper = join(site.folder, 'far');
    writeFileSync(helper, '#!/bin/sh\nsleep 300\n', { mode: 0o755 });
    site.write({
      connectors: { agent: { command: sh(`setsid ${helper} & sleep 0.05; echo fine`) } },
      'smoke-test': { command: sh(`setsid ${helper} & seq -s, 500 | sed "s/.*/[&]/"; sleep 0.05`) },
      keep: 3,
    });
    const argv = [...site.argv, '--pipeline'];
    const first = await site.run('--pipeline');
    assert.equal(first.status, 0, first.stderr);
    const archive = join(site.state, 'logs', 'stage_b_rehearsal_artifacts.tgz');
    await killAtRandom(t, argv, site.env, async (when) => {
      assertWholeRun(realpathSync(join(site.stage, 'latest')), when);
      for (const name of readdirSync(site.stage).filter((one) => one.endsWith('Z')))
        assertWholeRun(join(site.stage, name), when);
      assert.match(site.textfile(), /^rehearsal_success 1$/m, when);
      // The last line may be torn; the next run closes it.
      for (const line of readText(join(site.stage, 'history.jsonl')).split('\n').slice(0, -1))
        if (line !== '') assert.doesNotThrow(() => JSON.parse(line) as unknown, when);
      const listed = runProcess(['tar', '-tzf', archive]);
      assert.equal(listed.status, 0, `${when}: ${listed.stderr}`);
      assert.match(listed.stdout, /^stage_b\/latest$/m, when);
      assert.doesNotMatch(listed.stdout, /unfinished/, when);
      await until(() => processesOf(helper).length === 0 && processesOf(archive).length === 0);
    });
    assert.equal(runProcess(argv, site.env).status, 0);
    const names = readdirSync(site.stage).sort();
    assert.equal(names.filter((name) => name.endsWith('Z')).length, 3, names.join());
    assert.deepEqual(names.slice(3), ['history.jsonl', 'latest']);
    assert.deepEqual(readdirSync(join(site.state, 'logs')), ['stage_b_rehearsal_artifacts.tgz']);
  });

  test('before, in and after each rename and removal of a run folder: `latest` and every run are whole', async (t) => {
    const site = makeSite(t, {
      connectors: { agent: { command: sh('echo fine') } },
      'smoke-test': { command: sh('seq -s, 500 | sed "s/.*/[&]/"') },
      keep: 2,
    });
    for (let count = 0; count < 3; count++) assert.equal((await site.run()).status, 0);
    const hook = join(root, 'test', 'faults', 'kill-at.cjs');
    const [node = '', ...rest] = site.argv;
    const argv = [node, '--require', hook, ...rest];
    const calls = { ...site.env, KILL_CALLS: 'renameSync,rmSync,mkdirSync' };
    const countFile = join(site.folder, 'count');
    assert.equal((await runBeside(argv, { ...calls, KILL_COUNT: countFile })).status, 0);
    const points = Number(readText(countFile));
    assert.ok(points >= 6, `only ${points} changes were seen`);
    const all = Array.from({ length: points }, (_, index) => index + 1).flatMap((point) =>
      ['before', 'in', 'after'].map((phase) => ({ point, phase })),
    );
    const chosen = sampleOf(all, seedOf(t));
    let killed = 0;
    for (const { point, phase } of chosen) {
      const { signal } = await runBeside(argv, { ...calls, KILL_AT: String(point), KILL_PHASE: phase });
      if (signal === 'SIGKILL') killed += 1;
      const when = `killed ${phase} change ${point} of ${points}`;
      assertWholeRun(realpathSync(join(site.stage, 'latest')), when);
      for (const name of readdirSync(site.stage).filter((one) => one.endsWith('Z')))
        assertWholeRun(join(site.stage, name), when);
      assert.equal((await site.run()).status, 0, when);
    }
    assert.ok(killed >= 2 && killed >= chosen.length - 6, `${killed} of ${chosen.length} runs were killed`);
    const names = readdirSync(site.stage).filter((one) => one !== 'latest' && one !== 'history.jsonl');
    assert.equal(names.length, 2, names.join());
  });

  test('a reader that loops over `latest` while runs go on never sees half a run', async (t) => {
    const site = makeSite(t, {
      connectors: { agent: { command: sh('echo fine') } },
      'smoke-test': { command: sh('seq -s, 500 | sed "s/.*/[&]/"') },
      keep: 2,
    });
    const link = join(site.stage, 'latest');
    assert.equal((await site.run()).status, 0);
    const over = new AbortController();
    let reads = 0;
    const seen = new Set<string>();
    const read = async (): Promise<void> => {
      while (!over.signal.aborted) {
        seen.add(readlinkSync(link));
        assertWholeRun(realpathSync(link), `read ${reads}`);
        // Without resolving the link first: a file is always there, and whole.
        assert.doesNotThrow(() => JSON.parse(readFileSync(join(link, 'rehearsal_summary.json'), 'utf8')) as unknown);
        reads += 1;
        await sleep(1);
      }
    };
    const run = async (): Promise<void> => {
      for (let count = 0; count < 8; count++) assert.equal((await site.run()).status, 0);
    };
    await Promise.all([read(), run().finally(() => over.abort())]);
    assert.ok(seen.size >= 6 && reads >= 100, `${reads} reads of ${seen.size} runs`);
    t.diagnostic(`${reads} reads of ${seen.size} runs`);
  });
});
