// The example configurations of nginx and Caddy, run as they are except for names, ports and files: the page works behind
// them, and nobody sees it without the password.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { join } from 'node:path';
import test, { before, describe, type TestContext } from 'node:test';
import { freePort, root } from '../process.ts';
import { readText, until } from '../world.ts';
import { green, headline, openPage, servedSite, useBrowser } from './page-site.ts';
import { installPackages } from './packages.ts';

const browser = useBrowser();
before(() => installPackages('nginx-light', 'caddy', 'openssl'));

const [username, password] = ['operator', 'a secret'];
const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

interface Files {
  readonly folder: string;
  readonly port: number;
  /** Of the dashboard. */
  readonly behind: string;
  readonly certificate: string;
  readonly key: string;
}

const example = (name: string, { behind }: Files): string =>
  readText(join(root, 'ops', 'examples', name)).replaceAll('127.0.0.1:8790', `127.0.0.1:${behind}`);

function replaced(text: string, pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs).reduce((now, [from, to]) => {
    assert.ok(now.includes(from), `the example has no ${from}`);
    return now.replaceAll(from, to);
  }, text);
}

function nginxOf(files: Files): [string, ...string[]] {
  const { folder, port, certificate, key } = files;
  const passwords = join(folder, 'htpasswd');
  writeFileSync(
    passwords,
    `${username}:${execFileSync('openssl', ['passwd', '-apr1', password], { encoding: 'utf8' })}`,
  );
  const server = replaced(example('nginx-page.conf', files), {
    'listen 443 ssl': `listen 127.0.0.1:${port} ssl`,
    '/etc/ssl/ops.example.org.pem': certificate,
    '/etc/ssl/private/ops.example.org.key': key,
    '/etc/nginx/ops-monitor.htpasswd': passwords,
  });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${join(folder, name)};`)
    .join('\n');
  const path = join(folder, 'nginx.conf');
  writeFileSync(
    path,
    `daemon off; user root; pid ${join(folder, 'pid')}; error_log stderr; events {}\nhttp { access_log off; ${temporary}\n${server}}\n`,
  );
  return ['nginx', '-e', 'stderr', '-c', path];
}

function caddyOf(files: Files): [string, ...string[]] {
  const { folder, port, certificate, key } = files;
  const hash = execFileSync('caddy', ['hash-password', '--plaintext', password], { encoding: 'utf8' }).trim();
  const site = replaced(example('Caddyfile-page', files), {
    'ops.example.org {': `https://127.0.0.1:${port} {\n\ttls ${certificate} ${key}`,
    'operator HASH': `${username} ${hash}`,
  });
  const path = join(folder, 'Caddyfile');
  writeFileSync(path, `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`);
  return ['caddy', 'run', '--config', path, '--adapter', 'caddyfile'];
}

async function proxiedSite(t: TestContext, commandOf: (files: Files) => [string, ...string[]]) {
  const site = await servedSite(t, green);
  const folder = join(site.folder, 'proxy');
  mkdirSync(folder);
  const [certificate, key] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=ops.example.org'];
  execFileSync('openssl', [...made, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const port = await freePort();
  const [program, ...argv] = commandOf({ folder, port, certificate, key, behind: new URL(site.url).port });
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(program, argv, { env, stdio: ['ignore', 'ignore', 'pipe'] });
  t.after(async () => {
    if (child.exitCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ask = async (path: string, { headers, ...more }: RequestOptions = {}) => {
    const sent = request({ host: '127.0.0.1', port, path, agent: false, rejectUnauthorized: false, headers, ...more });
    const [response] = await once(sent.end(), 'response');
    let body = '';
    for await (const text of response.setEncoding('utf8')) body += text;
    return { status: Number(response.statusCode), headers: response.headers, body };
  };
  await until(async () => {
    assert.equal(child.exitCode, null, said);
    return ask('/').then(
      () => true,
      () => false,
    );
  });
  return { ...site, address: `https://127.0.0.1:${port}/`, ask };
}

describe('the live page behind a web server', () => {
  for (const [name, commandOf, refused] of [
    ['nginx', nginxOf, 403],
    ['Caddy', caddyOf, 405],
  ] as const)
    test(`works behind ${name} as in the example, for those who know the password`, async (t) => {
      const { address, ask } = await proxiedSite(t, commandOf);
      for (const path of ['/', '/latest.json', '/live.json', '/explain.json?id=host-load:host', '/nothing']) {
        const { status, headers, body } = await ask(path);
        assert.equal(status, 401, path);
        assert.match(String(headers['www-authenticate']), /^Basic /);
        assert.doesNotMatch(body, /schema_version|<main>/);
      }
      assert.equal((await ask('/', { auth: `${username}:wrong` })).status, 401);

      const headers = { authorization };
      const whole = await ask('/', { headers });
      assert.equal(whole.status, 200);
      assert.match(String(whole.headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/);
      assert.equal(whole.headers['x-content-type-options'], 'nosniff');
      assert.equal(whole.headers['referrer-policy'], 'no-referrer');
      assert.equal((await ask('/', { headers, method: 'POST' })).status, refused);

      const compressed = await ask('/latest.json', { headers: { ...headers, 'accept-encoding': 'gzip' } });
      assert.equal(compressed.headers['content-encoding'], 'gzip');
      const known = { ...headers, 'accept-encoding': 'gzip', 'if-none-match': String(compressed.headers.etag) };
      assert.equal((await ask('/latest.json', { headers: known })).status, 304, 'an unchanged file is not sent again');

      const { page, asked, wrong } = await openPage(t, browser(), address, {
        httpCredentials: { username, password },
        ignoreHTTPSErrors: true,
      });
      assert.match((await headline(page)) ?? '', /^GREEN/);
      await page.waitForSelector('.card');
      const elsewhere = asked.filter((one) => !one.startsWith(address));
      assert.deepEqual([elsewhere, wrong], [[], []]);
    });
});
