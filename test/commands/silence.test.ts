// Runs the bundled silence and ack.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { mailSiteIn } from '../real/mail-site.ts';
import { readText, temporaryFolder } from '../world.ts';

const window = '{ every: "daily 00:00-24:00", rules: [service], reason: updates }';

async function siteWith(t: TestContext, disks: Record<string, number>, configuration = '') {
  const site = mailSiteIn(temporaryFolder(t), { configuration });
  site.look(disks);
  assert.equal((await site.run('send-alerts')).status, 0);
  const folder = join(site.state, 'alerts', 'silences');
  const notes = () => (existsSync(folder) ? readdirSync(folder) : []);
  const says = (command: string, ...argv: string[]) => site.run(command, { argv });
  const reason = ['--reason', 'moving files'];
  return { site, folder, notes, says, reason };
}

describe('commands/silence', () => {
  test('ack refuses an alert that is not active, and suggests the one that was meant', async (t) => {
    const { notes, says, reason } = await siteWith(t, { root: 91, data: 20, home: 95 });
    for (const [of, told] of [
      ['storage:rooot', /did you mean storage:root\? \(active: storage:home, storage:root\)/],
      ['storage:data', /storage:data is not active: there is nothing to acknowledge/],
      ['storage:', /expected a rule, or rule:subject; got "storage:"/],
      ['strage:root', /there is no rule "strage"; did you mean storage\?/],
      ['storage', /say which alert: ack RULE:SUBJECT --reason "…" \(active: storage:home, storage:root\)\n/],
    ] as const) {
      const { status, stdout, stderr } = await says('ack', of, ...reason);
      assert.deepEqual([status, stdout], [2, ''], of);
      assert.match(stderr, told);
    }
    assert.deepEqual(notes(), []);
    const known = await says('ack', 'storage:root', ...reason);
    assert.equal(known.status, 0, known.stderr);
    assert.match(known.stdout, /^storage:root is acknowledged/);
    assert.equal(notes().length, 1);
  });

  test('ack works with a torn state file, and refuses every alert before the first send-alerts', async (t) => {
    const { site, says, reason } = await siteWith(t, { root: 91 });
    writeFileSync(join(site.state, 'alerts', 'state.json'), '{"schema_ver');
    const torn = await says('ack', 'storage:root', ...reason);
    assert.equal(torn.status, 0, torn.stderr);
    assert.match(torn.stdout, /^storage:root is acknowledged, if it is active: /);
    assert.match(torn.stdout, /Whether it is active is not known: .*state\.json is not JSON/);
    const fresh = mailSiteIn(temporaryFolder(t), { configuration: '' });
    const never = await fresh.run('ack', { argv: ['storage:root', ...reason] });
    assert.equal(never.status, 2);
    assert.match(never.stderr, /\(active: nothing\)/);
  });

  test('silence accepts an alert that is not active yet, and says that it is not active', async (t) => {
    const { says, reason, notes } = await siteWith(t, { root: 91 });
    const silent = async (of: string) => (await says('silence', of, '--for', '1h', ...reason)).stdout;
    assert.match(
      await silent('storage:rot'),
      /^No mails about storage:rot for 1h[^]*No alert of that name is active now; did you mean storage:root\?/,
    );
    assert.match(await silent('stream'), /No alert of that name is active now \(active: storage:root\)\.\n$/);
    for (const of of ['storage', 'storage:root']) assert.doesNotMatch(await silent(of), /active/);
    assert.equal(notes().length, 4);
    assert.equal((await says('silence', 'storage:', '--for', '1h', ...reason)).status, 2);
  });

  test('silence refuses options without a name, unknown names and bad durations', async (t) => {
    const { says, reason, notes } = await siteWith(t, { root: 91 });
    const cases: [argv: string[], told: RegExp][] = [
      [['--for', '4h'], /--for of what\? Name a rule, or rule:subject/],
      [['--lift'], /--lift of what\?/],
      [['--for', '4h', ...reason], /--for and --reason of what\?/],
      [
        ['filesystem-usage:data', '--for', '4h', ...reason],
        /filesystem-usage:data is the name of an observation, by its check; alerts are named by rule: storage:data\n/,
      ],
      [['filesystem-usage', '--for', '4h', ...reason], /alerts are named by rule: storage\n/],
      [
        ['host-load:host', '--for', '4h', ...reason],
        /host-load:host is the name of an observation, by its check; alerts are named by rule: red:host-load:host\n/,
      ],
      [['storage:root', ...reason], /say for how long, at most 30d: --for 4h; or --lift/],
      [['storage:root', '--for', '4h'], /say why: --reason/],
      [['storage:root', '--for', '40d', ...reason], /--for "40d" is longer than 30d, which is the most\n/],
      [['storage:root', '--for', '4', ...reason], /--for "4" has no unit: 4m, 4h or 4d\?\n/],
      [['storage:root', '--for', 'soon', ...reason], /--for "soon" is not a duration, such as 90m, 4h or 2d\n/],
      [['storage:root', '--for', '0h', ...reason], /--for "0h" is zero: nothing would be silenced\n/],
    ];
    for (const [argv, told] of cases) {
      const { status, stdout, stderr } = await says('silence', ...argv);
      assert.deepEqual([status, stdout], [2, ''], argv.join(' '));
      assert.match(stderr, told);
    }
    assert.deepEqual(notes(), []);
    const help = (await says('silence', '--help')).stdout;
    assert.match(help, /--for DURATION .*\(required, or --lift\)\n/);
    assert.match(help, /--reason TEXT .*\(required, except with --lift\)\n/);
    assert.match((await says('ack', '--help')).stdout, /--reason TEXT .*\(required\)\n/);
  });

  test('a dry run prints what would change, and leaves no note', async (t) => {
    const { says, reason, notes } = await siteWith(t, { root: 91 });
    for (const argv of [
      ['silence', 'storage:root', '--for', '1h'],
      ['ack', 'storage:root'],
    ] as const)
      assert.match(
        (await says(argv[0], ...argv.slice(1), ...reason, '--dry-run')).stdout,
        /^Dry run, nothing was changed\. It would be: /,
      );
    assert.deepEqual(notes(), []);
  });

  test('silence without arguments lists silences, acknowledgements and maintenance', async (t) => {
    const { site, says, reason } = await siteWith(t, { root: 91, data: 95 }, `alerts: { maintenance: [${window}] }`);
    assert.equal((await says('silence')).stdout, 'service  maintenance  daily 00:00-24:00: updates\n');
    await says('silence', 'storage:data', '--for', '1h', ...reason);
    await says('ack', 'storage:root', ...reason);
    const { stdout } = await says('silence');
    assert.match(stdout, /^storage:data {2}until \d{4}-\d\d-\d\d \d\d:\d\d UTC {2}\w+: moving files$/m);
    assert.match(stdout, /^storage:root {2}acknowledged {2}\w+: moving files$/m);
    // An acknowledgement ends with its alert.
    site.look({ root: 20, data: 95 });
    await site.run('send-alerts');
    assert.doesNotMatch((await says('silence')).stdout, /acknowledged/);
  });

  test('--lift ends a silence of any user early, and it can be set again', async (t) => {
    const { site, folder, says, reason, notes } = await siteWith(t, { data: 20 }, 'alerts: { to: [] }');
    assert.match((await says('silence', 'storage:data', '--lift')).stderr, /not silenced \(silenced: nothing\)/);
    await says('silence', 'storage:data', '--for', '3d', ...reason);
    await says('silence', 'storage', '--for', '1h', ...reason);
    const other = await says('silence', 'storage:home', '--lift');
    assert.equal(other.status, 2);
    assert.match(other.stderr, /storage:home is not silenced \(silenced: storage:data, storage\)/);
    assert.equal((await says('silence', 'storage:data', '--lift', '--for', '1h')).status, 2);

    const lifted = await says('silence', 'storage:data', '--lift');
    assert.deepEqual([lifted.status, lifted.stdout], [0, 'storage:data is not silenced any more.\n'], lifted.stderr);
    assert.equal((await says('silence', 'storage', '--lift', '--reason', 'done')).status, 0);
    assert.equal(notes().length, 4, 'a note of somebody else is not touched');
    assert.equal((await says('silence')).stdout, 'nothing is silenced\n');
    site.look({ data: 91 });
    await site.run('send-alerts');
    assert.doesNotMatch(readText(join(site.state, 'alerts', 'state.json')), /silenced_since/);
    await says('silence', 'storage:data', '--for', '1h', ...reason);
    assert.match((await says('silence')).stdout, /^storage:data {2}until/);
    mkdirSync(join(folder, 'folder.json'));
    assert.match((await says('silence')).stdout, /folder\.json among the silences cannot be read/);
  });

  test('pause stops all mails until resume, and says so', async (t) => {
    const { site, says, reason } = await siteWith(
      t,
      { data: 20 },
      'alerts: { to: [ops@example.org], transport: smtp }',
    );
    const outbox = join(site.state, 'alerts', 'outbox');
    const mails = () => (existsSync(outbox) ? readdirSync(outbox).filter((name) => name.endsWith('.json')) : []);
    assert.match((await says('resume')).stderr, /there is no pause \(silenced: nothing\)/);
    assert.match((await says('pause', '--for', '2h')).stderr, /say why/);
    const paused = await says('pause', '--for', '2h', ...reason);
    assert.match(
      paused.stdout,
      /^No mails for 2h, until \d{4}-\d\d-\d\d \d\d:\d\d UTC, except .* Everything is watched and recorded as before\.\n$/,
    );
    site.look({ data: 91 });
    await site.run('send-alerts');
    assert.deepEqual(mails(), []);
    assert.match(
      (await says('silence')).stdout,
      /^everything {2}until \d{4}-\d\d-\d\d \d\d:\d\d UTC {2}\w+: moving files\n$/,
    );
    assert.match((await says('status')).stdout, /\nSilenced\n {2}silence of everything by \S+ until /);
    assert.equal((await says('resume')).stdout, 'Mails are sent again.\n');
    site.look({ data: 91 });
    await site.run('send-alerts');
    assert.equal(mails().length, 1);
  });
});
