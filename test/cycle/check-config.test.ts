// check-config as a person runs it: a real process, from the bundle.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../world.ts';

const bundle = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'check-config.cjs');

/** What it says of a configuration, in an environment that has nothing but what is given. */
function makeCheck(t: TestContext, text: string) {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  writeFileSync(config, text);
  const check = (environment: Readonly<Record<string, string>> = {}, ...argv: string[]) => {
    const env = { PATH: process.env['PATH'], HOME: folder, ...environment };
    const ran = spawnSync(process.execPath, [bundle, config, ...argv], { env, encoding: 'utf8', timeout: 60_000 });
    return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr };
  };
  return { folder, config, check };
}

test('a secret that is not set here is noted and no mistake, and looked for where its user will look for it', (t) => {
  const { folder, check } = makeCheck(
    t,
    'heartbeat: { url: $OPS_HEARTBEAT_URL }\nthermal: { sentry: { dsn: $SENTRY_DSN } }\nalerts: { webhooks: { chat: { url: $OPS_CHAT_URL } }, alertmanager: { urls: ["http://am:9093", $OPS_AM_URL] } }\n',
  );
  const none = check();
  assert.equal(none.status, 0, none.stderr);
  for (const [key, name] of [
    ['heartbeat.url', 'OPS_HEARTBEAT_URL'],
    ['thermal.sentry.dsn', 'SENTRY_DSN'],
    ['alerts.webhooks.chat.url', 'OPS_CHAT_URL'],
    ['alerts.alertmanager.urls', 'OPS_AM_URL'],
  ])
    assert.match(none.stdout, new RegExp(`${key}: ${name} is not set`));

  const credentials = join(folder, 'credentials');
  mkdirSync(credentials);
  writeFileSync(join(credentials, 'SENTRY_DSN'), 'https://key@sentry.example.org/1\n');
  writeFileSync(join(folder, 'empty'), '\n');
  const some = check({
    OPS_HEARTBEAT_URL: 'https://hc.example.org/ping/hidden',
    CREDENTIALS_DIRECTORY: credentials,
    OPS_CHAT_URL_FILE: join(folder, 'empty'),
  });
  assert.match(some.stdout, /alerts\.webhooks\.chat\.url: \S*\/empty, where OPS_CHAT_URL should stand, is empty/);
  assert.doesNotMatch(some.stdout, /OPS_HEARTBEAT_URL is|SENTRY_DSN is|hidden|key@/);
});
