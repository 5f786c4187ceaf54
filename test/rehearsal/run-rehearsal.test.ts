// run-rehearsal as a person and a timer run it: the installed bundle, with real commands and files.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { archiveFolder } from '../../lib/io/archive-folder.ts';
import { parseGateSummary, ownMapping } from '../../lib/parse/gate.ts';
import { serveHttp } from '../http.ts';
import { processesOf, root, runBeside, runBundle, runProcess } from '../process.ts';
import { readText, until } from '../world.ts';
import { makeSite, sh } from './site.ts';

const dayMs = 86_400_000;
const secret = 's3cr3t-"value"/1';

/** Texts of all files below a folder. */
const allTexts = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() ? [readFileSync(join(entry.parentPath, entry.name), 'latin1')] : [],
  );

describe('run-rehearsal', () => {
  test('leaves health, payload, rotation and doctrine in the run’s folder, and all of it in the summary', async (t) => {
    const site = makeSite(t, {
      connectors: { agent: { command: sh('echo fine') }, extra: { command: sh('exit 3'), required: false } },
      'smoke-test': { command: sh(`echo '{"steps": [1, 2]}'; echo noise >&2`) },
      credentials: { key: { command: ['date', '-u', '+%Y-%m-%dT%H:%M:%SZ'], 'max-age': '1d' } },
      doctrine: { command: sh('exit 0') },
    });
    const { status, stdout, stderr } = await site.run('--json');
    assert.equal(status, 0, stderr);
    for (const line of [
      /^agent: healthy \([\d.]+m?s\)$/m,
      /^extra: not healthy: its command: exit code 3 \([\d.]+m?s\)$/m,
      /^smoke test: pass \([\d.]+m?s\)\ncredential key: rotated\ndoctrine check: pass\n\{"stage"/m,
    ])
      assert.match(stderr, line);
    const summary = site.summary();
    assert.deepEqual(JSON.parse(stdout), summary);
    assert.equal(summary.verdict, 'pass', summary.reason);
    assert.deepEqual(
      summary.health?.connectors.map(({ name, kind, outcome, required, reason }) => [
        name,
        kind,
        outcome,
        required,
        reason,
      ]),
      [
        ['agent', 'command', 'pass', 'yes', undefined],
        ['extra', 'command', 'fail', 'no', 'its command: exit code 3'],
      ],
    );
    assert.deepEqual(summary.smoke_test?.payload, { steps: [1, 2] });
    assert.equal(site.latest('smoke_test_payload.json'), '{"steps": [1, 2]}\n');
    assert.equal(site.latest('smoke_test.log'), 'noise\n');
    assert.equal(site.latest('connector-agent.log'), 'fine\n');
    assert.equal(summary.rotation?.coverage_ratio, 1);
    assert.equal(summary.doctrine?.verdict, 'pass');
    for (const [file, part] of [
      ['health_checks.json', summary.health],
      ['smoke_test.json', summary.smoke_test],
      ['credential_rotation.json', summary.rotation],
      ['doctrine.json', summary.doctrine],
    ] as const) {
      const { schema_version, checked_at: _, ...content } = JSON.parse(site.latest(file)) as Record<string, unknown>;
      assert.equal(schema_version, 1, file);
      assert.deepEqual(content, part, file);
    }
    assert.equal(join(site.stage, readlinkSync(join(site.stage, 'latest'))), summary.artifacts);
    const metrics = site.textfile();
    assert.equal(site.latest('rehearsal_status.prom'), metrics);
    for (const line of [
      'rehearsal_success 1',
      'rehearsal_health_success 1',
      'rehearsal_healthy_connectors_ratio 0.5',
      'rehearsal_connector_success{connector="extra"} 0',
      'rehearsal_smoke_test_success 1',
      'rehearsal_rotation_coverage_ratio 1',
      'rehearsal_doctrine_success 1',
    ])
      assert.ok(metrics.includes(`\n${line}\n`), `${line} is not in\n${metrics}`);
    assert.match(metrics, /^rehearsal_last_run_timestamp_seconds \d+(\.\d+)?$/m);
    assert.doesNotMatch(metrics, /drill/, 'without a drill there is no figure of it');
  });

  test('the section `gates` of the snapshot watches its summary by way of `latest`', async (t) => {
    const site = makeSite(t, { doctrine: { command: sh('exit 1') }, 'smoke-test': { command: sh('seq 100000') } });
    await site.run();
    const file = join(site.stage, 'latest', 'rehearsal_summary.json');
    const { verdict, reason, counts } = parseGateSummary(readText(file), ownMapping);
    assert.deepEqual([verdict, reason], ['fail', 'the doctrine check: exit code 1']);
    assert.deepEqual(counts, { smoke_test_passed: 1, doctrine_passed: 0 });
    const gates = join(site.folder, 'gates.yaml');
    writeFileSync(gates, JSON.stringify({ files: { state: site.state }, gates: { stage_b: file } }));
    const collected = runBundle('collect-snapshot', ['--config', gates], site.env);
    assert.equal(collected.status, 0, collected.stderr);
    const snapshot = JSON.parse(readText(join(site.state, 'raw', 'latest.json'))) as {
      sections: { gates: { data: { stage_b: { status: string; data: { verdict: string } } } } };
    };
    assert.equal(snapshot.sections.gates.data.stage_b.data.verdict, 'fail');
  });

  test('a rehearsal fails by a required connector, the smoke test, a credential or the doctrine check, and says which', async (t) => {
    const good = { command: sh('true') };
    const cases: [object, string][] = [
      [{ connectors: { db: { command: sh('exit 4') } } }, 'db: its command: exit code 4'],
      [{ 'smoke-test': { command: sh('echo part; exit 5') } }, 'the smoke test: exit code 5'],
      [{ 'smoke-test': { command: sh('sleep 50'), timeout: '1s' } }, 'the smoke test: ended at its time limit of 1s'],
      [{ doctrine: { command: ['/nowhere/x'] } }, 'the doctrine check: /nowhere/x was not found (exit code 127)'],
      [
        { doctrine: { command: sh('exit 1') }, credentials: { a: { file: '/nowhere/key', 'max-age': '1d' } } },
        'the credential a: /nowhere/key does not exist (and 1 more)',
      ],
    ];
    for (const [parts, reason] of cases) {
      const site = makeSite(t, { connectors: { good }, ...parts });
      const { status, stderr } = await site.run('--exit-code');
      assert.equal(status, 1, stderr);
      assert.deepEqual([site.summary().verdict, site.summary().reason], ['fail', reason]);
      assert.match(site.textfile(), /^rehearsal_success 0$/m);
      assert.equal((await site.run()).status, 0, 'without --exit-code the stage did its work');
    }
  });

  test('rotation coverage counts what was rotated in its age; an unreadable time is not, and says why', async (t) => {
    const site = makeSite(t, { connectors: { good: { command: sh('true') } } });
    const at = (name: string) => join(site.work, name);
    const days = (count: number): string => new Date(Date.now() + count * dayMs).toISOString();
    for (const [name, age] of [
      ['young', -1],
      ['old', -40],
      ['future', 3],
    ] as const) {
      writeFileSync(at(name), secret);
      utimesSync(at(name), new Date(), new Date(days(age)));
    }
    symlinkSync(at('old'), at('link'));
    writeFileSync(
      at('times.json'),
      JSON.stringify({ db: { at: days(-2), unix: Date.now() / 1000 - 5 }, wrong: secret }),
    );
    writeFileSync(at('broken.json'), secret);
    const json = (file: string, key: string) => ({ json: { file: at(file), key }, 'max-age': '30d' });
    const expected: [string, object, string, RegExp?][] = [
      ['young', { file: at('young') }, 'rotated'],
      ['old', { file: at('old') }, 'overdue', /^was rotated 40d ago, at most 30d is allowed$/],
      ['link', { file: at('link') }, 'overdue', /40d/],
      ['future', { file: at('future') }, 'unknown', /^its rotation lies 3d in the future: /],
      ['gone', { file: at('gone') }, 'unknown', /gone does not exist$/],
      ['folder', { file: site.work }, 'unknown', /work is not a file$/],
      ['json', json('times.json', 'db.at'), 'rotated'],
      ['unix', json('times.json', 'db.unix'), 'rotated'],
      ['no-key', json('times.json', 'db.none'), 'unknown', /times\.json has no key db\.none$/],
      ['object', json('times.json', 'db'), 'unknown', /^db of \S+ is not a time$/],
      ['not-time', json('times.json', 'wrong'), 'unknown', /^wrong of \S+ is not a time$/],
      ['not-json', json('broken.json', 'a'), 'unknown', /broken\.json is not JSON/],
      ['command', { command: sh('date -u +%s') }, 'rotated'],
      [
        'babble',
        { command: sh('cat "$0"').concat(at('broken.json')) },
        'unknown',
        /^its command printed no time \(16 characters\)$/,
      ],
      ['failing', { command: sh('date; exit 2') }, 'unknown', /^its command: exit code 2$/],
      ['slow', { command: sh('sleep 50'), timeout: '1s' }, 'unknown', /^its command: ended at its time limit of 1s$/],
    ];
    site.write({
      credentials: Object.fromEntries(expected.map(([name, how]) => [name, { 'max-age': '30d', ...how }])),
    });
    const { status, stderr } = await site.run('--exit-code');
    assert.equal(status, 1, stderr);
    const { rotation, verdict } = site.summary();
    assert.equal(verdict, 'fail');
    for (const [name, , outcome, reason = /^$/] of expected) {
      const found = rotation?.credentials.find((one) => one.name === name);
      assert.equal(found?.outcome, outcome, `${name}: ${found?.reason}`);
      assert.match(found.reason ?? '', reason, name);
    }
    assert.equal(rotation?.coverage_ratio, 4 / 16);
    assert.match(site.textfile(), /^rehearsal_rotation_coverage_ratio 0\.25$/m);
    assert.match(site.textfile(), /^rehearsal_credential_rotated\{credential="future"\} 0$/m);
    assert.doesNotMatch(site.textfile(), /credential_age_seconds\{credential="gone"\}/, 'an unread age is no number');
    for (const text of [...allTexts(site.state), stderr])
      assert.ok(!text.includes(secret) && !text.includes('s3cr3t'), 'what was read beside the time is shown');
  });

  test('a verdict of the doctrine check in a file counts while it is young, and never from the future', async (t) => {
    const site = makeSite(t, { connectors: { good: { command: sh('true') } } });
    const file = join(site.work, 'doctrine.json');
    site.write({ doctrine: { file, 'max-age': '6h' } });
    const hours = (count: number): string => new Date(Date.now() + count * 3_600_000).toISOString();
    const cases: [string, string, RegExp][] = [
      [JSON.stringify({ verdict: 'pass', decided_at: hours(-1) }), 'pass', /^undefined$/],
      [JSON.stringify({ verdict: 'fail', decided_at: hours(-1), reason: 'rule 4\u001b[2J' }), 'fail', /^rule 4 \[2J$/],
      [JSON.stringify({ verdict: 'maybe', decided_at: hours(-1) }), 'unknown', /^its verdict is unknown$/],
      [
        JSON.stringify({ verdict: 'pass', decided_at: hours(-7) }),
        'unknown',
        /^decided 7h ago, at most 6h is allowed$/,
      ],
      [JSON.stringify({ verdict: 'pass', decided_at: hours(2) }), 'unknown', /^decided 2h in the future$/],
      ['{"verdict":"pass"', 'unknown', /is not JSON/],
    ];
    for (const [text, verdict, reason] of cases) {
      writeFileSync(file, text);
      await site.run();
      const { doctrine, verdict: whole } = site.summary();
      assert.equal(doctrine?.verdict, verdict, text);
      assert.match(String(doctrine.reason), reason);
      assert.equal(whole, verdict === 'pass' ? 'pass' : 'fail');
    }
  });

  test('a payload that is large, hostile or no JSON is kept whole in its file, and the summary stays readable', async (t) => {
    const deep = 'head -c 5000 /dev/zero | tr "\\0" "["; head -c 5000 /dev/zero | tr "\\0" "]"';
    const cases: [string[], string, number, boolean][] = [
      [sh('echo plain; printf "\\033[2J"'), 'txt', 10, false],
      [sh('seq -s, 1 20000 | sed "s/.*/[&]/"'), 'json', 108_896, false],
      [sh(deep), 'txt', 10_000, false],
      [sh(`echo '{"a": 1, "a": 2}'`), 'txt', 17, false],
      [sh(`echo '{"__proto__": {"x": 1}}'`), 'txt', 24, false],
      [sh('echo null'), 'json', 5, true],
      [sh('true'), 'txt', 0, false],
    ];
    for (const [command, ending, characters, isBundled] of cases) {
      const site = makeSite(t, { 'smoke-test': { command } });
      assert.equal((await site.run('--exit-code')).status, 0);
      const { smoke_test: found } = site.summary();
      assert.equal(found?.payload_file, `smoke_test_payload.${ending}`);
      assert.equal(found.payload_characters, characters, command.join(' '));
      assert.equal(site.latest(found.payload_file).length, characters);
      assert.equal('payload' in found, isBundled, command.join(' '));
      assert.doesNotThrow(() => parseGateSummary(site.latest('rehearsal_summary.json'), ownMapping));
    }
  });

  test('a payload beyond 16 MiB fails the smoke test, because it is not whole', async (t) => {
    const site = makeSite(t, { 'smoke-test': { command: sh('head -c 20000000 /dev/zero | tr "\\0" x') } });
    assert.equal((await site.run('--exit-code')).status, 1);
    assert.match(
      site.summary().reason ?? '',
      /its payload is longer than 16777216 characters, and its end is not kept/,
    );
  });

  test('a secret reaches the command by its name, and no file and no output', async (t) => {
    const print = sh(
      'printf "%s|" "$TOKEN" "$PLAIN"; printf "%s" "$TOKEN" | base64; echo "$TOKEN" >&2; test -n "$TOKEN"',
    );
    const command = { command: print, env: { TOKEN: '$SITE_TOKEN', PLAIN: 'plain' } };
    const parts = {
      connectors: { vault: command },
      'smoke-test': command,
      doctrine: command,
      credentials: { key: { ...command, 'max-age': '1d' } },
    };
    const site = makeSite(t, parts, {}, { SITE_TOKEN: secret });
    const { stdout, stderr, status } = await site.run('--json', '--pipeline');
    assert.equal(status, 0, stderr);
    const summary = site.summary();
    assert.equal(summary.health?.outcome, 'pass');
    assert.equal(site.latest('smoke_test_payload.txt').slice(0, 8), '…|plain|');
    const forms = [secret, JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64').slice(0, -2)];
    const archive = gunzipSync(readFileSync(join(site.state, 'logs', 'stage_b_rehearsal_artifacts.tgz')));
    const texts = [...allTexts(site.state), archive.toString('latin1'), stdout, stderr];
    assert.ok(texts.length >= 8);
    for (const form of forms)
      for (const text of texts) assert.ok(!text.includes(form), `${form} is in ${text.slice(0, 300)}`);

    const missing = makeSite(t, parts);
    await missing.run();
    assert.match(
      missing.summary().reason ?? '',
      /^vault: SITE_TOKEN is not set: in the environment, .* \(and 3 more\)$/,
    );
  });

  test('runs are kept by count, and --history shows them with the coverage of the drill', async (t) => {
    const hour = 3_600_000;
    const start = new Date(Date.now() - 2.5 * hour).toISOString();
    const site = makeSite(t, { connectors: { a: { command: sh('test ! -e fail') } }, keep: 2, drill: { start } });
    for (let count = 0; count < 3; count++) assert.equal((await site.run()).status, 0);
    const { drill, in_drill } = site.summary();
    // Two periods are over, and all three runs were in the third.
    assert.deepEqual(drill, { due_runs: 3, runs: 1, coverage_ratio: 1 / 3, runs_outside: 0 });
    assert.equal(in_drill, 'inside');
    assert.match(site.textfile(), /^rehearsal_drill_due_runs 3$/m);
    assert.match(site.textfile(), /^rehearsal_drill_coverage_ratio 0\.3{5,}/m);
    const names = readdirSync(site.stage).sort();
    assert.equal(names.length, 4, names.join());
    assert.deepEqual(names.slice(2), ['history.jsonl', 'latest']);

    site.write({ connectors: { a: { command: sh('true') } }, drill: { start: '2020-01-01', for: '2h' } });
    await site.run();
    assert.equal(site.summary().in_drill, 'outside');
    assert.deepEqual(site.summary().drill, { due_runs: 2, runs: 0, coverage_ratio: 0, runs_outside: 4 });
    const { stdout } = await site.run('--history');
    assert.match(stdout, /^4 of 4 rehearsals passed\n {2}\S+ \S+ UTC {2}pass .* 1 of 1 healthy .*outside the drill\n/);
    assert.match(stdout, /\ndrill coverage: 0\.0 %, 0 of 2 due runs; 4 runs outside the drill\n$/);
    const json = JSON.parse((await site.run('--history', '--json')).stdout) as { runs: unknown[]; drill: object };
    assert.equal(json.runs.length, 4);
  });

  test('--pipeline archives all runs, byte for byte the same where nothing changed, and replaces the archive whole', async (t) => {
    const site = makeSite(t, { 'smoke-test': { command: sh('echo payload') } });
    const path = join(site.state, 'logs', 'stage_b_rehearsal_artifacts.tgz');
    assert.equal((await site.run()).status, 0);
    assert.ok(!existsSync(path), 'without --pipeline there is no archive');
    assert.equal((await site.run('--pipeline')).status, 0);
    const listed = runProcess(['tar', '-tzf', path]).stdout.trimEnd().split('\n');
    assert.deepEqual(listed, [...listed].sort());
    const runs = readdirSync(site.stage).filter((name) => name.endsWith('Z'));
    assert.equal(runs.length, 2);
    for (const name of [...runs.map((run) => `${run}/rehearsal_summary.json`), 'latest', 'history.jsonl'])
      assert.ok(listed.includes(`stage_b/${name}`), name);
    const first = readFileSync(path);
    await archiveFolder({ folder: site.stage, path, seconds: 60 });
    assert.ok(first.equals(readFileSync(path)));
    assert.deepEqual(readdirSync(join(site.state, 'logs')), ['stage_b_rehearsal_artifacts.tgz']);
  });

  test('an archive that cannot be written is an error, and the old one and the results stand', async (t) => {
    const site = makeSite(t, { 'smoke-test': { command: sh('echo payload') } });
    await site.run('--pipeline');
    const path = join(site.state, 'logs', 'stage_b_rehearsal_artifacts.tgz');
    const before = readFileSync(path);
    const run = site.summary().run_id;
    // No file larger than 512 bytes can be made by tar: the archive is torn in the middle, as on a full disk.
    const broken = join(site.folder, 'bin');
    const tar = join(broken, 'tar');
    mkdirSync(broken);
    writeFileSync(tar, '#!/bin/sh\nulimit -f 1\nexec /bin/tar "$@"\n', { mode: 0o755 });
    const env = { ...site.env, PATH: `${broken}:${site.env.PATH}` };
    writeFileSync(
      join(site.stage, 'big'),
      Buffer.from(Array.from({ length: 100_000 }, (_, at) => (at * at * 7) % 251)),
    );
    const { status, stderr } = runProcess([...site.argv, '--pipeline'], env);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /the results are complete, but \S+\.tgz was not replaced: tar: exit code \d+/);
    assert.ok(before.equals(readFileSync(path)));
    assert.deepEqual(readdirSync(join(site.state, 'logs')), ['stage_b_rehearsal_artifacts.tgz']);
    assert.notEqual(site.summary().run_id, run);

    site.write({ 'smoke-test': { command: sh('true') }, archive: join(site.stage, 'a.tgz') });
    const inside = await site.run('--pipeline');
    assert.equal(inside.status, 2);
    assert.match(inside.stderr, /rehearsal\.archive: \S+ lies in \S+\/stage_b, which it archives/);
  });

  test('--push pushes the very textfile; without a Pushgateway it is refused before anything runs', async (t) => {
    const gateway = await serveHttp(t, () => ({ status: 200 }));
    const parts = { 'smoke-test': { command: sh('true') } };
    const site = makeSite(t, parts, { push: { url: gateway.url } });
    const { status, stderr } = await site.run('--push');
    assert.equal(status, 0, stderr);
    const [asked] = gateway.asked;
    assert.deepEqual([asked?.method, asked?.path], ['PUT', '/metrics/job/rehearsal-status']);
    assert.equal(asked?.body, site.textfile());
    const without = makeSite(t, parts);
    assert.equal((await without.run('--push')).status, 2);
    assert.ok(!existsSync(without.stage));
  });

  test('a dry run shows the plan without secrets, and checks nothing', async (t) => {
    const site = makeSite(t, {
      connectors: { web: { http: 'http://127.0.0.1:1/?token=abc123' }, agent: { command: ['touch', 'done'] } },
      'smoke-test': { command: ['smoke', '--all'], timeout: '2m' },
      credentials: { key: { json: { file: '/x.json', key: 'a.b' }, 'max-age': '30d' } },
      doctrine: { file: '/doctrine.json' },
      drill: { start: '2026-11-20T06:00Z' },
    });
    const { status, stdout } = await site.run('--dry-run', '--pipeline');
    assert.equal(status, 0);
    assert.match(stdout, /connector +web +at most 10s +http http:\/\/127\.0\.0\.1:1\/\?token=…\n/);
    assert.match(stdout, /smoke test +at most 2m +smoke --all\n/);
    assert.match(stdout, /credential +key +rotated within 30d +a\.b of \/x\.json\n/);
    assert.match(
      stdout,
      /drill: from 2026-11-20 06:00 UTC, every 1h for 2d\nwould write \S+\/logs\/stage_b_rehearsal_artifacts\.tgz\n/,
    );
    assert.ok(!existsSync(site.stage));
  });

  test('a configuration that checks nothing, or two things in one, is refused with its key', async (t) => {
    const cases: [object, RegExp][] = [
      [{}, /rehearsal: expected at least one of `connectors`/],
      [
        { connectors: { a: { tcp: 'x:1', tls: 'x:1' } } },
        /rehearsal\.connectors\.a: expected one of `http`, `tcp`, .*; got `tcp` and `tls`$/m,
      ],
      [{ connectors: { a: { ssh: { host: 'nowhere', command: ['true'] } } } }, /ssh\.host: there is no host "nowhere"/],
      [{ credentials: { a: { file: '/x' } } }, /rehearsal\.credentials\.a\.max-age/],
      [{ doctrine: { command: ['true'], timeout: '2h' } }, /time limits of all parts together must be at most 50m/],
      [{ doctrine: { file: '/x' }, drill: { start: 'soon' } }, /rehearsal\.drill\.start: expected a time, such as/],
    ];
    for (const [parts, words] of cases) {
      const { status, stderr } = await makeSite(t, parts).run();
      assert.equal(status, 2, stderr);
      assert.match(stderr, words);
    }
    const { stderr } = await makeSite(t, { doctrine: { file: '/x' } }).run('--help');
    assert.equal(stderr, '');
  });

  test('SIGTERM ends all processes of the commands, and the last complete result stands', async (t) => {
    const wait = sh('if [ -e slow ]; then setsid sleep 876 & sleep 876; fi');
    const site = makeSite(t, { connectors: { good: { command: sh('true') } }, 'smoke-test': { command: wait } });
    site.write({ 'smoke-test': { command: wait, folder: site.work } });
    await site.run();
    const before = readlinkSync(join(site.stage, 'latest'));
    writeFileSync(join(site.work, 'slow'), '');
    const ended = await runBeside(site.argv, site.env, (pid) => {
      void until(() => processesOf('sleep 876').length >= 2).then(() => process.kill(pid, 'SIGTERM'));
    });
    assert.equal(ended.status, 143, ended.stderr);
    await until(() => processesOf('sleep 876').length === 0);
    assert.equal(readlinkSync(join(site.stage, 'latest')), before);
  });

  test('no bundle but its own has the rehearsal', () => {
    const dist = join(root, 'dist');
    const bundles = readdirSync(dist).filter((name) => name.endsWith('.cjs'));
    assert.ok(bundles.length >= 40);
    const parts = (name: string) =>
      [...readText(join(dist, name)).matchAll(/^\/\/ (lib\/rehearsal\/[\w-]+\.ts)$/gm)].map((match) => match[1]);
    const holders = bundles.filter((name) => parts(name).some((file) => file !== 'lib/rehearsal/config.ts'));
    assert.deepEqual(holders, ['run-rehearsal.main.cjs']);
    assert.ok(parts('run-rehearsal.main.cjs').length >= 8);
  });
});
