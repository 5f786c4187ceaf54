// Secrets in the URLs of watched pages.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { serveHttp } from '../http.ts';
import { environmentIn, root, runBeside } from '../process.ts';
import { temporaryFolder } from '../world.ts';

describe('cycle/url-secrets', () => {
  test('a token in a watched URL reaches the server, and no file, mail or terminal', async (t) => {
    const folder = temporaryFolder(t);
    const server = await serveHttp(t, () => ({ status: 500 }));
    const config = join(folder, 'config.yaml');
    writeFileSync(
      config,
      [
        'alerts: { to: [a@example.org], transport: smtp, rules: { red: { red-for: 0s } } }',
        'endpoints:',
        `  literal: "${server.url}/a?token=hunter2-literal&q=1"`,
        `  named: "${server.url}/b?token=$STATUS_TOKEN"`,
        '  away: "http://127.0.0.1:1/c?token=hunter2-away#hunter2-fragment"',
        '  unset: "http://127.0.0.1:1/d?token=$UNSET_TOKEN"',
        'metrics:',
        `  literal: { url: "${server.url}/m?token=hunter2-literal", family: up }`,
        `  named: { url: "${server.url}/n?token=$STATUS_TOKEN", family: up }`,
      ].join('\n'),
    );
    const env = { ...environmentIn(folder), OPS_MONITOR_CONFIG: config, STATUS_TOKEN: 'hunter2-named' };
    const said: string[] = [];
    const run = async (...argv: string[]): Promise<string> => {
      const { stdout, stderr } = await runBeside(
        [process.execPath, join(root, 'dist', 'ops-monitor.cjs'), ...argv],
        env,
      );
      said.push(stdout, stderr);
      return stdout;
    };
    for (const argv of [
      ['run-cycle'],
      ['explain', 'endpoint-status:literal'],
      ['explain', 'endpoint-status:away'],
      ['explain', 'endpoint-status:unset'],
      ['explain', 'metric-value:literal'],
      ['explain', 'metric-value:named'],
      ['assess-health', '--nagios'],
      ['check-config', '--json'],
      ['check-config', '--all'],
    ])
      await run(...argv);
    assert.deepEqual(server.asked.map(({ path }) => path).sort(), [
      '/a?token=hunter2-literal&q=1',
      '/b?token=hunter2-named',
      '/m?token=hunter2-literal',
      '/n?token=hunter2-named',
    ]);
    const files = readdirSync(join(folder, 'xdg'), { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    );
    assert.ok(
      files.length >= 20 && files.some(({ parentPath }) => parentPath.endsWith('outbox')),
      'no mail was written',
    );
    const leaks = files.filter(({ parentPath, name }) => readFileSync(join(parentPath, name)).includes('hunter2'));
    assert.deepEqual(leaks, []);
    assert.ok(!said.join('\n').includes('hunter2'), said.join('\n'));
    assert.match(said.join('\n'), /UNSET_TOKEN is not set/);
    const shown = await run('check-config');
    assert.match(shown, /endpoints\.literal \(line 3\): `token=` looks like\s+one/);
    assert.doesNotMatch(shown, /endpoints\.named \(line/);
    writeFileSync(
      config,
      `endpoints:\n  a: { url: "http://h/?token=hunter2", slow: x }\n  b: "http://me:hunter2@h/?token=hunter2"\n`,
    );
    said.length = 0;
    await run('check-config');
    assert.match(said.join(''), /wrong in 2 places/);
    assert.ok(!said.join('\n').includes('hunter2'), said.join('\n'));
  });
});
