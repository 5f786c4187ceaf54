// Runs the bundled rehearse.
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { snapshots } from '../../lib/snapshot/files.ts';
import { ok, snapshotOf } from '../health/seen.ts';
import { environmentIn, runBundle } from '../process.ts';
import { placesIn, temporaryFolder } from '../world.ts';

function makeSite(t: TestContext) {
  const folder = temporaryFolder(t);
  const [today, changed] = [join(folder, 'today.yaml'), join(folder, 'new.yaml')];
  writeFileSync(today, `files: { state: ${folder}/state }\nalerts: { to: [a@example.org] }\n`);
  writeFileSync(changed, `files: { state: ${folder}/elsewhere }\nalerts: { to: [] }\n`);
  const lines = snapshots.path(placesIn(folder), new Date());
  const run = (environment: Record<string, string>, ...argv: string[]) =>
    runBundle('rehearse', ['--config', changed, ...argv], { ...environmentIn(folder), ...environment });
  const record = (line: string): void => {
    mkdirSync(dirname(lines), { recursive: true });
    appendFileSync(lines, `${line}\n`);
  };
  return { folder, today, run, record };
}

const lineOf = (sections: object, time_utc = new Date().toISOString()): string =>
  JSON.stringify({ ...snapshotOf(time_utc, {}), sections });

describe('commands/rehearse', () => {
  test('without snapshots it names the folder and the configuration that chose it', (t) => {
    const { folder, today, run } = makeSite(t);
    const found = run({ OPS_MONITOR_CONFIG: today });
    assert.equal(found.status, 1);
    assert.ok(found.stderr.includes(`in ${folder}/state/raw (as ${today} says); --against FILE`), found.stderr);
    const none = run({ XDG_STATE_HOME: join(folder, 'xdg') });
    assert.equal(none.status, 1);
    // The machine that runs the test may have a configuration under /etc.
    assert.match(none.stderr, /in \S+\/raw \((the default, because no present configuration|as \/etc\/)/);
    assert.match(none.stderr, /--against FILE/);
  });

  test('skips and counts bad lines, but fails on a snapshot that a rule cannot judge', (t) => {
    const { today, run, record } = makeSite(t);
    for (const line of [lineOf({}), '{"torn', '{}', lineOf({}, 'yesterday'), lineOf({})]) record(line);
    const { status, stdout, stderr } = run({ OPS_MONITOR_CONFIG: today });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^2 snapshots of 30 days/m);
    assert.match(stderr, /^3 lines could not be read and were left out$/m);
    record(lineOf({ later: null }));
    const broken = run({ OPS_MONITOR_CONFIG: today });
    assert.equal(broken.status, 1, broken.stdout);
    assert.match(broken.stderr, /the snapshot of \S+Z could not be replayed: .*null/);
  });

  test('lists the mails of the rule `red` for recorded snapshots', (t) => {
    const { today, run, record } = makeSite(t);
    const prune = ok({
      verdict: 'fail',
      counts: {},
      file: '/prune.json',
      age_seconds: 60,
      decided_at: '2026-11-20T00:00:00Z',
    });
    for (const minutes of [20, 15, 10, 5])
      record(lineOf({ gates: ok({ prune }) }, new Date(Date.now() - minutes * 60_000).toISOString()));
    const { status, stdout, stderr } = run({ OPS_MONITOR_CONFIG: today });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^- .* \[ALERT \w+\] the prune gate fails {2}\(a@example\.org\)$/m);
    assert.match(stdout, /today 1 mail, then 0/);
  });

  test('names the changed keys that the recorded snapshots cannot show, and what it leaves out', (t) => {
    const { folder, today, run, record } = makeSite(t);
    record(lineOf({}));
    const cases: [today: string, changed: string, named: RegExp | undefined][] = [
      ['', '', undefined],
      ['', 'limits: { filesystem: { red: 95% } }', undefined],
      ['', 'interval: 10m', /: interval\.$/m],
      ['filesystems: { data: /data }', 'filesystems: { data: /data, home: /home }', /: filesystems\.home\.$/m],
      ['filesystems: { data: /data }', '', /: filesystems/],
      ['endpoints: { a: "http://x/" }', 'endpoints: { a: "http://y/" }', /: endpoints\.a/m],
      ['services: [a.service]', 'services: [a.service, b.service]', /: services\.$/m],
    ];
    assert.ok(cases.length >= 7);
    for (const [one, other, named] of cases) {
      writeFileSync(today, `files: { state: ${folder}/state }\n${one}\n`);
      writeFileSync(join(folder, 'new.yaml'), `files: { state: ${folder}/state }\n${other}\n`);
      const { status, stdout, stderr } = run({ OPS_MONITOR_CONFIG: today });
      assert.equal(status, 0, stderr);
      assert.equal(stdout.includes('Not replayed'), named !== undefined, `${other}: ${stdout}`);
      if (named) assert.match(stdout, named);
      assert.match(stdout, /Left out: snapshot, delivery, heartbeat, stage \(/);
    }
  });
});
