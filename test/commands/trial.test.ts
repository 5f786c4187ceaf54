// check-config --try on real things: files, checkouts, programs, and servers on loopback.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { dirname, join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { verdicts } from '../../lib/commands/trial/verdicts.ts';
import { serveMail } from '../alerts/smtp-server.ts';
import { makeFakeSsh } from '../fleet/fake-ssh.ts';
import { reportWith } from '../fleet/fleet.ts';
import { serveHttp } from '../http.ts';
import { environmentIn, freePort, listen, listenSilently, root, runBeside } from '../process.ts';
import { storeFiles } from '../store.ts';
import { configurationOf, readText, temporaryFolder } from '../world.ts';
import { makeSite } from './site.ts';

interface Tried {
  readonly key: string;
  readonly line?: number;
  readonly outcome: 'ok' | 'problem' | 'unknown';
  readonly says: string;
}

function makeTrial(t: TestContext) {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  const put = (path: string, content: string | Uint8Array, mode = 0o644): string => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { mode });
    return file;
  };
  const run = (text: string, environment: Readonly<Record<string, string>>, ...argv: string[]) => {
    writeFileSync(config, text);
    const command = [process.execPath, join(root, 'dist', 'check-config.cjs'), config, '--try', ...argv];
    return runBeside(command, { ...environmentIn(folder), ...environment });
  };
  /** What was tried, by key and in the order of the lines. */
  const tryAll = async (text: string, environment: Readonly<Record<string, string>> = {}) => {
    const { status, stdout, stderr } = await run(text, environment, '--json');
    assert.notEqual(stdout, '', stderr);
    const { tried, counts } = JSON.parse(stdout) as { tried: Tried[]; counts: Record<string, number> };
    return { status, stdout, stderr, tried, counts, of: (key: string) => tried.filter((one) => one.key === key) };
  };
  return { folder, put, run, tryAll };
}

/** The line of the text that begins with these words, from 1. */
const lineOf = (text: string, start: string): number =>
  text.split('\n').findIndex((line) => line.trimStart().startsWith(start)) + 1;

const smtpOf = (port: number): Record<string, string> => ({
  OPS_ALERT_TRANSPORT: 'smtp',
  OPS_ALERT_SMTP_HOST: '127.0.0.1',
  OPS_ALERT_SMTP_PORT: String(port),
  OPS_ALERT_SMTP_TLS: 'none',
});

describe('commands/check-config --try', () => {
  test('everything that is there is OK with its line; no plugin is run, and nothing is posted, pinged or mailed', async (t) => {
    const { folder, put, tryAll, run } = makeTrial(t);
    const now = new Date();
    for (const place of ['data', 'copy']) put(`${place}/newest.nc`, 'data');
    for (const [path, bytes] of storeFiles({ at: now, minutes: [10, 5] })) put(`power.zarr/${path}`, bytes);
    put('gate.json', JSON.stringify({ verdict: 'fail', decided_at: now.toISOString() }));
    put('raid.prom', 'node_md_disks{state="active"} 2\n');
    const ran = join(folder, 'ran');
    put('plugin', `#!/bin/sh\ntouch ${ran}\n`, 0o755);
    const git = ['-c', 'user.name=a', '-c', 'user.email=a@example.org', '-C', join(folder, 'code')];
    execFileSync('git', ['init', '-q', '-b', 'main', join(folder, 'code')]);
    execFileSync('git', [...git, 'commit', '-q', '--allow-empty', '-m', 'one']);
    const mail = await serveMail(t);
    const web = await serveHttp(t, (path) => ({ status: 200, body: path === '/metrics' ? 'up 1\n' : '{}' }));
    const silent = await serveHttp(t, () => ({ status: 500 }));
    const text = `files:
  raw: ${folder}/raw
filesystems:
  root: /
  data: { path: ${folder}/data, mount: false }
workspace: { path: ${folder}, network: false, mount: false }
streams:
  hatpro:
    source: { root: ${folder}/data, files: "*.nc" }
    mirrors:
      gws: { root: ${folder}/copy }
gates: { prune: ${folder}/gate.json }
metrics: { raid: { file: ${folder}/raid.prom, family: node_md_disks }, exporter: { url: "${web.url}/metrics", family: up } }
plugins:
  own: [${folder}/plugin, -w, "1"]
  shell: [sh, -c, "touch ${ran}"]
power: { store: ${folder}/power.zarr }
endpoints: { portal: ${web.url}/?token=$TOKEN }
git: { code: ${folder}/code }
heartbeat: { url: $BEAT }
alerts:
  to: [ops@example.org, "webhook:chat"]
  webhooks: { chat: { url: $CHAT } }
  alertmanager: { urls: ["${web.url}"] }
thermal:
  sentry: { dsn: $DSN }
  beat: { url: $BEAT }
`;
    const server = URL.parse(silent.url)?.host ?? '';
    const environment = {
      ...smtpOf(mail.port),
      OPS_ALERT_SMTP_USER: 'ops',
      OPS_ALERT_SMTP_PASSWORD: 'hunter2-long',
      TOKEN: 'token-of-the-portal',
      BEAT: `${silent.url}/ping/secret-of-the-beat`,
      CHAT: `${silent.url}/hook/secret-of-the-chat`,
      DSN: `http://abcdef0123@${server}/1`,
    };
    const { status, stdout, stderr, tried, counts, of } = await tryAll(text, environment);
    assert.deepEqual(
      tried.filter(({ outcome }) => outcome !== 'ok'),
      [],
      stderr,
    );
    assert.deepEqual([status, counts], [0, { ok: tried.length, problem: 0, unknown: 0 }]);
    const lines: [key: string, line: string][] = [
      ['files.raw', 'raw:'],
      ['filesystems.root', 'root:'],
      ['filesystems.data', 'data:'],
      ['workspace.path', 'workspace:'],
      ['streams.hatpro.source.files', 'source:'],
      ['streams.hatpro.mirrors.gws.root', 'gws:'],
      ['gates.prune', 'gates:'],
      ['metrics.raid', 'metrics:'],
      ['metrics.exporter', 'metrics:'],
      ['plugins.own', 'own:'],
      ['plugins.shell', 'shell:'],
      ['power.store', 'power:'],
      ['power.voltage', 'power:'],
      ['power.charge', 'power:'],
      ['power.temperature', 'power:'],
      ['endpoints.portal', 'endpoints:'],
      ['git.code', 'git:'],
      ['heartbeat.url', 'heartbeat:'],
      ['alerts.to', 'to:'],
      ['alerts.webhooks.chat.url', 'webhooks:'],
      ['alerts.alertmanager.urls', 'alertmanager:'],
      ['thermal.sentry.dsn', 'sentry:'],
      ['thermal.beat.url', 'beat:'],
    ];
    assert.deepEqual(
      tried.map(({ key, line }) => `${key} ${line}`).sort(),
      lines.map(([key, start]) => `${key} ${lineOf(text, start)}`).sort(),
    );
    assert.match(of('heartbeat.url')[0]?.says ?? '', /accepts connections; it was not pinged/);
    assert.match(of('gates.prune')[0]?.says ?? '', /gate\.json: fail, decided/);
    assert.doesNotMatch(stdout, /hunter2|token-of|secret-of|abcdef0123/);
    assert.ok(!existsSync(ran), 'a plugin was run');
    assert.deepEqual(silent.asked, []);
    assert.deepEqual(web.asked.map(({ method, path }) => `${method} ${path}`).sort(), [
      'GET /?token=token-of-the-portal',
      'GET /api/v2/status',
      'GET /metrics',
    ]);
    assert.match(mail.lines.join('\n'), /^EHLO .*\nAUTH PLAIN \S+\nQUIT$/);
    assert.ok(!existsSync(join(folder, 'raw')), 'a folder was made');

    const shown = await run(text, environment);
    assert.equal(shown.status, 0);
    assert.match(shown.stdout, /^OK {11}line 4 {3}filesystems\.root: \/ lies on \/ \([\w, ]+\)$/m);
    assert.match(shown.stdout, new RegExp(`^${tried.length} OK, 0 problems, 0 cannot be told$`, 'm'));
    assert.match(shown.stdout, /^Tried as \S+/m);
  });

  test('everything that is not as configured is a problem with its line, the reason and what to do', async (t) => {
    const { folder, put, tryAll } = makeTrial(t);
    put('data/newest.nc', 'data');
    put('file', 'not a folder');
    put('gate.json', JSON.stringify({ state: 'odd', at: 1 }));
    put('raid.prom', 'other_metric 2\n');
    put('program', '#!/bin/sh\n', 0o644);
    for (const [path, bytes] of storeFiles({ at: new Date(), minutes: [10, 5] })) put(`power.zarr/${path}`, bytes);
    const closed = `http://127.0.0.1:${await freePort()}`;
    const failing = await serveHttp(t, () => ({ status: 503 }));
    const text = `files: { raw: ${folder}/file/raw }
filesystems:
  mount: { path: ${folder}/data, mount: true }
  network: { path: ${folder}/data, network: true, mount: false }
  gone: ${folder}/nothing
workspace: { path: ${folder}, network: false, usage: { file: ${folder}/usage.json } }
streams:
  empty: { source: { root: ${folder}/data, files: "*.csv" } }
  gone:
    source: { root: ${folder}/nowhere }
    mirrors: { gws: { root: ${folder}/data } }
  copied:
    source: { root: ${folder}/data }
    mirrors: { lost: { root: ${folder}/lost } }
  rootless: { mirrors: { gws: { root: ${folder}/data } } }
gates:
  missing: ${folder}/missing.json
  mapped: { file: ${folder}/gate.json, map: { verdict: state, decided-at: at, pass: [good], fail: [bad] } }
metrics: { raid: { file: ${folder}/raid.prom, family: node_md_disks }, exporter: { url: "${closed}/", family: up } }
plugins:
  gone: [${folder}/no-such-program]
  unknown: [check_that_nobody_has]
  closed: [${folder}/program]
power: { store: ${folder}/power.zarr, voltage: Volts }
dashboard: { url: "${closed}/" }
endpoints: { failing: "${failing.url}/" }
git: { code: ${folder}/data }
heartbeat: { url: $BEAT }
alerts:
  to: [ops@example.org]
  webhooks: { chat: { url: $CHAT } }
  alertmanager: { urls: ["${closed}"] }
thermal: { sentry: { dsn: $DSN } }
`;
    const environment = { ...smtpOf(await freePort()), BEAT: closed, CHAT: closed, DSN: 'no-dsn' };
    const { status, tried, of } = await tryAll(text, environment);
    assert.equal(status, 1);
    const problems: [key: string, line: string, says: RegExp][] = [
      ['files.raw', 'files:', /\/file is no folder\. Correct files\.raw$/],
      ['filesystems.mount', 'mount:', /is no mount point.*Mount it, or correct the path$/],
      ['filesystems.network.network', 'network:', /is no network filesystem \(\w+\)\. Mount it, or leave out/],
      ['filesystems.gone', 'gone:', /\/nothing does not exist\. Mount it/],
      ['workspace.usage', 'workspace:', /usage\.json does not exist\. See \S*\/ops\/docs\/workspace-usage\.md$/],
      ['streams.empty.source.files', 'empty:', /no file of \S+\/data matches \*\.csv\. Correct `files` or `root`$/],
      ['streams.gone.source.root', 'source:', /there is no folder \S+\/nowhere\. Make a folder/],
      ['streams.copied.mirrors.lost.root', 'mirrors: { lost', /there is no folder \S+\/lost\. Make a folder/],
      ['streams.rootless.mirrors.gws', 'rootless:', /never compared: its stream has no `source`\. Add `source`/],
      ['gates.missing', 'missing:', /missing\.json does not exist\. Correct \S+missing\.json/],
      ['gates.mapped.map', 'mapped:', /stands neither under `pass` nor under `fail`\. Add it/],
      ['metrics.raid', 'metrics:', /raid\.prom has no value of node_md_disks\. Correct/],
      ['metrics.exporter', 'metrics:', /the connection is refused.*Correct `file` or `url`/],
      ['plugins.gone', 'gone: [', /there is no program \S+no-such-program\. Install it/],
      ['plugins.unknown', 'unknown:', /there is no program check_that_nobody_has\. Install it/],
      ['plugins.closed', 'closed:', /program may not be run by this user\. Try/],
      ['power.voltage', 'power:', /Volts.*Name another variable as power\.voltage$/],
      ['dashboard', 'dashboard:', /the connection is refused: nothing listens there\. Try: curl/],
      ['endpoints.failing', 'endpoints:', /answers 503\. Try: curl/],
      ['git.code', 'git:', /it is not a git checkout.*git -C \S+ status$/],
      ['heartbeat.url', 'heartbeat:', /the connection is refused.*Correct \$BEAT/],
      [
        'alerts.to',
        'to:',
        /mails would go by smtp: 127\.0\.0\.1:\d+, .*but: .*ECONNREFUSED.*See \S*\/ops\/docs\/alerts\.md/,
      ],
      ['alerts.webhooks.chat.url', 'webhooks:', /the connection is refused.*Correct \$CHAT/],
      ['alerts.alertmanager.urls', 'alertmanager:', /ECONNREFUSED.*Correct the address, or start it$/],
      ['thermal.sentry.dsn', 'thermal:', /^\$DSN is no DSN.*See \S*\/ops\/docs\/thermal\.md$/],
    ];
    const gone = text.split('\n').findIndex((line) => line.startsWith('  gone: [')) + 1;
    for (const [key, start, says] of problems) {
      const [found, ...more] = of(key);
      assert.deepEqual([found?.outcome, more.length], ['problem', 0], `${key}: ${JSON.stringify(found)}`);
      assert.match(found?.says ?? '', says, key);
      if (start !== 'gone: [') assert.equal(found?.line, lineOf(text, start), key);
      else assert.equal(found?.line, gone);
    }
    assert.equal(problems.length, tried.filter(({ outcome }) => outcome === 'problem').length);
    // The copy is not blamed for its source.
    assert.deepEqual(
      of('streams.gone.mirrors.gws.root').map(({ outcome }) => outcome),
      ['unknown'],
    );
  });

  test('a secret or a setting that this shell lacks cannot be told, which is neither OK nor a problem', async (t) => {
    const { tryAll } = makeTrial(t);
    const { status, tried, counts } = await tryAll(
      `heartbeat: { url: $BEAT }
endpoints: { portal: "http://127.0.0.1:1/?token=$TOKEN" }
metrics: { exporter: { url: "http://127.0.0.1:1/?token=$TOKEN", family: up } }
alerts: { to: [ops@example.org], transport: smtp, webhooks: { chat: { url: $CHAT } }, alertmanager: { urls: [$AM] } }
thermal: { sentry: { dsn: $DSN } }
`,
    );
    assert.equal(status, 1);
    assert.deepEqual(counts, { ok: 0, problem: 0, unknown: 7 });
    for (const { says } of tried) assert.match(says, /(BEAT|TOKEN|CHAT|AM|DSN|OPS_ALERT_SMTP_HOST) is not set: /);
  });

  test('a server that hangs costs its own line, and the command ends in time', async (t) => {
    const { tryAll } = makeTrial(t);
    const port = await listenSilently(t);
    const began = performance.now();
    const { tried, of } = await tryAll(
      `endpoints: { hangs: { url: "http://127.0.0.1:${port}/", timeout: 9s } }
filesystems: { root: / }
alerts: { to: [ops@example.org], webhooks: { chat: { url: $CHAT } }, alertmanager: { urls: ["http://127.0.0.1:${port}"] } }
`,
      { ...smtpOf(port), CHAT: `https://127.0.0.1:${port}/x` },
    );
    const ms = performance.now() - began;
    assert.ok(ms < 40_000, `${ms} ms`);
    assert.deepEqual(
      tried.map(({ key, outcome }) => `${key} ${outcome}`).sort(),
      [
        'alerts.alertmanager.urls problem',
        'alerts.to problem',
        'alerts.webhooks.chat.url problem',
        'endpoints.hangs problem',
        'filesystems.root ok',
      ],
      JSON.stringify(tried),
    );
    for (const { key, says } of tried)
      if (key !== 'filesystems.root') assert.match(says, /no answer within|no connection within|Greeting/, key);
    assert.equal(of('filesystems.root').length, 1);
  });

  test('the mail server’s refusal is told, without the password: no login, no STARTTLS, no service', async (t) => {
    const { tryAll } = makeTrial(t);
    const login = { OPS_ALERT_SMTP_USER: 'ops', OPS_ALERT_SMTP_PASSWORD: 'hunter2-long' };
    const cases: [answers: Record<string, string>, environment: Record<string, string>, says: RegExp][] = [
      [{ AUTH: '535 5.7.8 not hunter2-long' }, login, /535 5\.7\.8 not …/],
      [{ STARTTLS: '502 no TLS' }, { OPS_ALERT_SMTP_TLS: 'starttls' }, /STARTTLS: 502 no TLS/],
      [{ hello: '554 not\u001B[31m today' }, {}, /554 not \[31m today/],
    ];
    for (const [answers, environment, says] of cases) {
      const server = await serveMail(t, answers);
      const { status, tried, stdout } = await tryAll('alerts: { to: [ops@example.org] }', {
        ...smtpOf(server.port),
        ...environment,
      });
      assert.deepEqual([status, tried.length, tried[0]?.outcome], [1, 1, 'problem'], stdout);
      assert.match(tried[0]?.says ?? '', says);
      assert.ok(!stdout.includes('hunter2') && !stdout.includes('\u001B'), stdout);
      assert.ok(!server.lines.some((line) => line.startsWith('MAIL')), 'a mail was begun');
    }
    assert.equal(cases.length, 3);
  });

  test('a webhook whose certificate is not trusted is a problem; one that is trusted is OK, and gets no request', async (t) => {
    const { tryAll } = makeTrial(t);
    const tls = join(root, 'test', 'io', 'tls');
    const [key, cert] = [readText(join(tls, 'key.pem')), readText(join(tls, 'valid.pem'))];
    let requests = 0;
    const server = createServer({ key, cert }, (_request, response) => {
      requests += 1;
      response.end();
    });
    const CHAT = `https://localhost:${await listen(t, server)}/hook`;
    const text = 'alerts: { webhooks: { chat: { url: $CHAT } } }';
    const strange = await tryAll(text, { CHAT });
    assert.match(strange.tried[0]?.says ?? '', /its certificate is refused: it is signed by itself/);
    const trusted = await tryAll(text, { CHAT, NODE_EXTRA_CA_CERTS: join(tls, 'valid.pem') });
    assert.deepEqual([strange.status, trusted.status, requests], [1, 0, 0], JSON.stringify(trusted.tried));
  });

  test('names and words from outside stay within their line, and no control character is printed', async (t) => {
    const { folder, put, run } = makeTrial(t);
    put('data/evil\nOK  line 1\u001B]0;owned\u0007\u202E.nc', 'data');
    put('gate.json', '{"verdict": "pa\\u001b[2Jss\\nOK", "decided_at": "2026-11-20T00:00:00Z"}');
    execFileSync('git', ['init', '-q', '-b', 'main', join(folder, 'code')]);
    writeFileSync(join(folder, 'code', '.git', 'HEAD'), 'ref: refs/heads/\u001B[31mred\n');
    const { stdout } = await run(
      `streams: { s: { source: { root: ${folder}/data, files: "*.nc" } } }
gates: { g: ${folder}/gate.json }
git: { code: ${folder}/code }
`,
      {},
    );
    const rows = stdout.split('\n').filter((line) => /^(OK|problem|cannot tell) /.test(line));
    assert.equal(rows.length, 3, stdout);
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    assert.doesNotMatch(stdout, /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
  });

  test('a configuration with mistakes is not tried: exit code 2', async (t) => {
    const { run } = makeTrial(t);
    const { status, stdout, stderr } = await run('filesystem: { data: /data }', {});
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /unknown key filesystem; did you mean filesystems/);
  });

  test('a recorded machine is tried like a live one: units that systemd does not know are problems', (t) => {
    const { run } = makeSite(t, 'sick');
    const { status, stdout } = run('check-config', '--try');
    assert.equal(status, 1);
    assert.match(
      stdout,
      /^problem +line 6 +services: systemd knows no missing\.service\. Try: systemctl list-unit-files$/m,
    );
    assert.match(stdout, /^problem +line 6 +services: systemd says of masked\.service: masked\. Try: /m);
    assert.match(stdout, /^OK +line 6 +services: bad\.service is known, failed \(failed\)$/m);
    assert.match(stdout, /^OK +line 5 +streams\.hatpro\.units\.sync: hatpro-sync\.timer is known/m);
    assert.match(stdout, /^problem +line 9 +git\.elsewhere: /m);
    assert.match(stdout, /^OK +line \d+ +hosts\.local\.folder: .+ is a recorded machine/m);
  });

  test('a unit that systemd does not know is named with the unit that was meant', () => {
    const config = configurationOf('services: [hatpro-synk.timer, other.service]');
    const unit = {
      load_state: 'not-found',
      active_state: 'inactive',
      sub_state: 'dead',
      groups: [],
      result: '',
      enabled: '',
    };
    const units = { 'hatpro-synk.timer': unit, 'other.service': unit };
    const says = verdicts.services
      .judge(units, '', config, ['ssh.service', 'hatpro-sync.timer'])
      .map((one) => one.says);
    assert.deepEqual(says.sort(), [
      'systemd knows no hatpro-synk.timer. Did you mean hatpro-sync.timer?',
      'systemd knows no other.service. Try: systemctl list-unit-files',
    ]);
  });

  test('each node of the fleet is asked over ssh, and told once with its line; a fleet-snapshot that never ran is told once', async (t) => {
    const { folder, tryAll } = makeTrial(t);
    const ssh = makeFakeSsh(folder);
    ssh.setReport('root@a', reportWith({ system: { time_unix: 1, mem_use_pct: 20 } }));
    ssh.setReport('c', 'no report');
    const text = `files: { state: ${folder}/state }
fleet:
  deadline: 10s
  environments:
    devnet:
      nodes:
        one: { ssh: root@a }
        two: { ssh: b }
    testnet:
      nodes:
        two: { ssh: c }
  watch: [devnet]
`;
    const { status, tried, of } = await tryAll(text, { PATH: `${ssh.bin}:${process.env['PATH']}` });
    assert.equal(status, 1);
    assert.equal(ssh.calls().length, 3);
    const [one, ...more] = of('fleet.environments.devnet.nodes.one');
    assert.deepEqual([one?.outcome, one?.line, more], ['ok', lineOf(text, 'one:'), []]);
    assert.match(one?.says ?? '', /^root@a reports, in /);
    const nodes = tried.filter(({ key }) => key.startsWith('fleet.environments'));
    assert.deepEqual(
      nodes.map(({ outcome, line }) => [outcome, line]),
      [
        ['ok', 7],
        ['problem', 8],
        ['problem', 11],
      ],
    );
    assert.match(nodes[1]?.says ?? '', /^b: it refuses the connection.*Try: ssh -o BatchMode=yes b true$/);
    assert.match(nodes[2]?.says ?? '', /^c: .*JSON/);
    const watched = of('fleet.watch');
    assert.deepEqual([watched.length, watched[0]?.line], [1, lineOf(text, 'watch:')]);
    assert.match(watched[0]?.says ?? '', /fleet-snapshot has found nothing yet/);
    assert.equal(new Set(tried.map(({ line, says }) => `${line} ${says}`)).size, tried.length);
  });
});
