// Runs the bundled check-config.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { environmentIn, runBundle } from '../process.ts';
import { temporaryFolder } from '../world.ts';

/** Runs check-config on a configuration, in an environment with only the given variables. */
function makeCheck(t: TestContext, text: string) {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  writeFileSync(config, text);
  const check = (environment: Readonly<Record<string, string>> = {}, ...argv: string[]) =>
    runBundle('check-config', [config, ...argv], { ...environmentIn(folder), ...environment });
  return { folder, config, check };
}

describe('commands/check-config', () => {
  test('a missing secret is a note, not a mistake, and is looked up as the stages look it up', (t) => {
    const { folder, check } = makeCheck(
      t,
      'heartbeat: { url: $OPS_HEARTBEAT_URL }\nthermal: { sentry: { dsn: $SENTRY_DSN } }\nalerts: { webhooks: { chat: { url: $OPS_CHAT_URL } }, alertmanager: { urls: ["http://am:9093", $OPS_AM_URL] } }\n',
    );
    const none = check();
    assert.equal(none.status, 0, none.stderr);
    const said = none.stdout.replaceAll(/\s+/g, ' ');
    for (const [key, name] of [
      ['heartbeat.url', 'OPS_HEARTBEAT_URL'],
      ['thermal.sentry.dsn', 'SENTRY_DSN'],
      ['alerts.webhooks.chat.url', 'OPS_CHAT_URL'],
      ['alerts.alertmanager.urls', 'OPS_AM_URL'],
    ])
      assert.match(
        said,
        new RegExp(`${key}: ${name} is not set: in the environment, as a file that ${name}_FILE names`),
      );

    const credentials = join(folder, 'credentials');
    mkdirSync(credentials);
    writeFileSync(join(credentials, 'SENTRY_DSN'), 'https://key@sentry.example.org/1\n');
    writeFileSync(join(folder, 'empty'), '\n');
    const some = check({
      OPS_HEARTBEAT_URL: 'https://hc.example.org/ping/hidden',
      CREDENTIALS_DIRECTORY: credentials,
      OPS_CHAT_URL_FILE: join(folder, 'empty'),
    });
    assert.match(
      some.stdout.replaceAll(/\s+/g, ' '),
      /alerts\.webhooks\.chat\.url: \S*\/empty, which should contain OPS_CHAT_URL, is empty/,
    );
    assert.doesNotMatch(some.stdout, /OPS_HEARTBEAT_URL is|SENTRY_DSN is|hidden|key@/);
  });

  test('a heartbeat URL that ends in a signal is a mistake, and no part of the secret is printed', (t) => {
    const { check } = makeCheck(t, 'heartbeat: { url: $OPS_HEARTBEAT_URL }\n');
    const url = 'https://hc.example.org/ping/hidden/beat';
    assert.equal(check({ OPS_HEARTBEAT_URL: url }).status, 0);
    let tried = 0;
    for (const end of ['start', 'fail', 'log', '7']) {
      const { status, stderr, stdout } = check({ OPS_HEARTBEAT_URL: `${url}/${end}` });
      assert.equal(status, 2, end);
      assert.match(
        stderr,
        new RegExp(`^heartbeat\\.url \\(\\$OPS_HEARTBEAT_URL\\): the heartbeat URL ends in /${end}: `),
      );
      assert.doesNotMatch(stdout + stderr, /hidden/);
      tried += 1;
    }
    assert.equal(tried, 4);
  });

  const written = `site: aurora
filesystems: { data: /data }
streams:
  a-stream-with-a-long-name:
    source: { root: /data/one/of/the/many/places/where/instruments/leave/their/files }
services: [one.service, two.service, three.service, four.service, five.service, six.service]
limits: { filesystem: { red: 95%, for: { data: { amber: 94% } } } }
alerts: { maintenance: [{ every: "Mon,Thu 23:30-00:30", reason: copies }] }
`;

  test('prints each written value with its line in 80 columns, and the verdict last', (t) => {
    const { config, check } = makeCheck(t, written);
    const { status, stdout } = check();
    assert.equal(status, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines[0], config);
    assert.equal(lines.at(-1), `The configuration is valid: ${config}`);
    assert.match(stdout, /^line 1 {2}site +aurora$/m);
    assert.match(stdout, /^line 7 {2}limits\.filesystem\.for\.data\.amber +94%$/m);
    assert.match(stdout, /^line 6 {2}services\n {10}\[one\.service, two\.service, .*,\n {10}.*six\.service\]$/m);
    assert.match(
      stdout,
      /^ +\[\{every:Mon,Thu 23:30-00:30,reason:copies\}\]$|alerts\.maintenance +\[\{every:Mon,Thu 23/m,
    );
    assert.match(stdout, /^Beside these, \d+ defaults apply; --all prints them too\.$/m);
    assert.doesNotMatch(stdout, /^default/m);
    // Lines with paths of the temporary folder may be longer.
    const long = lines.filter((line) => line.length > 80 && !/^ {2}\w+ +\/|config\.yaml$/.test(line));
    assert.deepEqual(long, []);
    assert.equal(stdout.split(config).length - 1, 2, 'the path stands in more than the first line and the last');
  });

  test('--all prints the defaults too, also of a configuration of defaults alone; an empty file is a mistake', (t) => {
    const all = makeCheck(t, written).check({}, '--all').stdout;
    assert.match(all, /^default +limits\.filesystem\.amber +80%$/m);
    assert.match(all, /^line 7 +limits\.filesystem\.red +95%$/m);
    const none = makeCheck(t, '{}').check({}, '--all').stdout;
    assert.match(none, /^default +interval +5m$/m);
    for (const text of ['', '\n', '# site: aurora\n  # interval: 5m', '---\n# nothing']) {
      const { status, stderr } = makeCheck(t, text).check({});
      assert.equal(status, 2, JSON.stringify(text));
      assert.match(stderr, /it is empty: `\{\}` stands for all defaults/);
    }
  });

  test('20,000 entries or 30,000 mistakes take seconds, not minutes, and a key given twice is a mistake', (t) => {
    const lines = (count: number, line: (index: number) => string): string =>
      Array.from({ length: count }, (_, index) => line(index)).join('\n');
    const folder = temporaryFolder(t);
    const texts: [text: string, says: RegExp][] = [
      [`git:\n${lines(20_000, (index) => `  c${index}: /opt/c${index}`)}`, /is valid/],
      [lines(30_000, (index) => `key${index}: 1`), /wrong in 30000 places/],
      ['site: a\nsite: b', /2:1: the key site is given twice/],
      ['filesystems: { data: /, data: /data }', /the key data is given twice/],
    ];
    for (const [index, [text, says]] of texts.entries()) {
      const config = join(folder, `${index}.yaml`);
      writeFileSync(config, text);
      const { stdout, stderr, ms } = runBundle('check-config', [config], environmentIn(folder));
      assert.match(`${stdout}${stderr}`, says);
      // A hundred times as long before; a machine under load is five times as slow.
      assert.ok(ms < 15_000, `${ms} ms`);
    }
  });

  test('counts all mistakes in the last line', (t) => {
    const many = Array.from({ length: 40 }, (_, index) => `k${index}: 1`).join('\n');
    const { status, stdout, stderr } = makeCheck(t, many).check();
    assert.deepEqual([status, stdout], [2, '']);
    assert.match(stderr, /and 10 more\n\nThe configuration is wrong in 40 places; nothing was changed\.\n$/);
  });
});
