// Pushes to a real Pushgateway, and what it refuses.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { refusalOf } from '../../lib/push/refusals.ts';
import { freePort } from '../process.ts';
import { makeSite } from '../push/gateway.ts';
import { installPackages, unpackPackage } from './packages.ts';
import { startServer } from './servers.ts';

async function makeGateway(t: TestContext) {
  const program = join(unpackPackage(t, 'prometheus-pushgateway'), 'usr', 'bin', 'prometheus-pushgateway');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    // Debian's default is a file that outlives the test.
    start: () =>
      startServer(t, program, ['--persistence.file=', `--web.listen-address=127.0.0.1:${port}`], `${url}/-/ready`),
    /** The lines of one metric, as they are scraped. */
    metrics: async (name: string): Promise<string[]> =>
      (await (await fetch(`${url}/metrics`)).text()).split('\n').filter((line) => line.startsWith(name)),
  };
}

const text =
  '# HELP app_up Größe.\n# TYPE app_up gauge\napp_up{a="ü\\n\\"x"} NaN\n\n# a comment\napp_up{a="b"}   1e3\n' +
  '# TYPE app_h histogram\napp_h_bucket{le="1"} 1\napp_h_bucket{le="+Inf"} 2\napp_h_sum 3.5\napp_h_count 2\n';

describe('a real Pushgateway', () => {
  test('keeps of our push what it keeps of curl’s', async (t) => {
    installPackages('curl');
    const { url, start, metrics } = await makeGateway(t);
    await start();
    const { run, put } = makeSite(t, `{ url: "${url}" }`);
    const file = put(text);
    const { status, stderr } = await run(file, '--job', 'ours');
    assert.equal(status, 0, stderr);
    execFileSync('curl', ['-sSf', '-X', 'PUT', '--data-binary', `@${file}`, `${url}/metrics/job/curls`]);
    const lines = await metrics('app_');
    const of = (job: string): string[] =>
      lines.filter((line) => line.includes(`job="${job}"`)).map((line) => line.replace(`job="${job}"`, ''));
    assert.equal(of('ours').length, 6);
    assert.deepEqual(of('ours'), of('curls'));
  });

  test('puts a push into the group that was asked for, whatever its labels hold', async (t) => {
    const { url, start, metrics } = await makeGateway(t);
    await start();
    const { run, put } = makeSite(t, `{ url: "${url}" }`);
    const values = ['plain', 'a/b', '/', '..', '.', 'a b+c%20d', 'ü€', '?x=1#y', '~', '=', '-', 'a@base64'];
    for (const [index, value] of values.entries()) {
      const { status, stderr } = await run(
        put('a 1\n'),
        '--job',
        value,
        '--group',
        `l=${value}`,
        '--group',
        `i=n${index}`,
      );
      assert.equal(status, 0, `${value}: ${stderr}`);
    }
    assert.equal((await run(put('a 1\n'), '--job', 'none', '--group', 'l=')).status, 0);
    const lines = await metrics('a{');
    for (const [index, value] of values.entries())
      assert.ok(
        lines.includes(`a{i="n${index}",instance="",job="${value}",l="${value}"} 1`),
        `${value}: ${lines.join('\n')}`,
      );
    assert.ok(lines.includes('a{instance="",job="none",l=""} 1') || lines.includes('a{instance="",job="none"} 1'));
    assert.equal(lines.length, values.length + 1);
  });

  test('refuses what we refuse, and accepts what we send', async (t) => {
    const { url, start } = await makeGateway(t);
    await start();
    const statusOf = async (body: string, job: string): Promise<number> =>
      (await fetch(`${url}/metrics/job/${job}`, { method: 'PUT', body })).status;
    const bad = [
      'a 1',
      'a 1\r\n',
      '# TYPE a gauge\r\na 1\n',
      'a 1\n\r\n',
      'a 1 1700000000000\n',
      'b{c="d"} 2 1700000000\n',
      'a{b="1",c="2"} 1\na{c="2", b="1"} 2\n',
      'a 1\na 1\n',
      'a{job="x"} 1\na{job="y"} 2\n',
      '# TYPE a gauge\na 1\n# TYPE a gauge\n',
      '#HELP a x\n # HELP a y\na 1\n',
      'a 1\n# TYPE a gauge\n',
      '# a comment',
    ];
    for (const body of bad) {
      assert.notEqual(refusalOf(body, { job: 'j' }), undefined, body);
      assert.equal(await statusOf(body, 'j'), 400, JSON.stringify(body));
    }
    const good = [
      text,
      'a NaN\nb +Inf\nc -Inf\nd Nan\n',
      ' # HELP a x\r\n # odd\r\na 1\n',
      '# TYPE a summary\na{quantile="0.5"} 1\na_sum 1\na_count 2\n',
      'a_sum 1\n# TYPE b gauge\n# HELP b x\n# HELP a_sum x\nb 1\n',
      '  a {b="1" , c="}"} 1\n\t\na{b="1",c="x # y"} 1\n',
      '# TYPE a gauge\na 1\nb 1\na{x="1"} 1\n',
      'a{b=""} 1\na 2\n',
      'a{job="x"} 1\n',
      '# EOF\na 1\n',
      '# TYPE a gauge\n',
    ];
    for (const [index, body] of good.entries()) {
      assert.equal(refusalOf(body, { job: 'j' }), undefined, body);
      await fetch(`${url}/metrics/job/j`, { method: 'DELETE' });
      assert.equal(await statusOf(body, 'j'), 200, `${index} ${JSON.stringify(body)}`);
    }
  });

  test('gets what waited while it was down, and its refusals are told with what to do', async (t) => {
    const { url, start, metrics } = await makeGateway(t);
    const { run, put, waiting, dead } = makeSite(t, `{ url: "${url}" }`);
    assert.equal((await run(put('a 1\n'), '--job', 'one')).status, 0);
    await start();
    assert.equal((await run(put('# TYPE a gauge\na 2\n'), '--job', 'one')).status, 0);
    assert.deepEqual(await metrics('a{'), ['a{instance="",job="one"} 2']);
    const conflict = await run(put('# TYPE a counter\na 1\n'), '--job', 'two');
    assert.equal(conflict.status, 1);
    assert.match(
      conflict.stderr,
      /answered 400: .*is not a [A-Z]+ \(another group has a metric of this name with another TYPE/,
    );
    assert.deepEqual([waiting().length, dead().length], [0, 1]);
    assert.equal((await run('--method', 'delete', '--job', 'one')).status, 0);
    assert.deepEqual(await metrics('a{'), []);
  });
});
