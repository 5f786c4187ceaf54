// Modes of every file and folder that a cycle writes.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { environmentIn, root, runProcess } from '../process.ts';
import { temporaryFolder } from '../world.ts';

/** Path → mode of everything that a cycle, the hourly stages and a beat leave under this umask. */
function modesUnder(t: TestContext, umask: string): Record<string, string> {
  const folder = temporaryFolder(t);
  const config = join(folder, 'config.yaml');
  const machine = join(root, 'test', 'hosts', 'healthy');
  writeFileSync(
    config,
    `hosts: { local: { folder: ${machine} } }\nalerts: { to: [a@example.org], transport: smtp, rules: { storage: { at: 1% } } }\n`,
  );
  const env = { ...environmentIn(folder), OPS_MONITOR_CONFIG: config };
  for (const bundle of ['run-cycle', 'thermal-heartbeat']) {
    const script = `umask ${umask}; exec "$0" "$1"`;
    const { stderr, status } = runProcess(
      ['sh', '-c', script, process.execPath, join(root, 'dist', `${bundle}.cjs`)],
      env,
    );
    assert.equal(status, 0, stderr);
  }
  return Object.fromEntries(
    ['xdg', 'cache', 'run']
      .filter((name) => existsSync(join(folder, name)))
      .flatMap((name) =>
        readdirSync(join(folder, name), { recursive: true, withFileTypes: true }).map((entry) => {
          const path = join(entry.parentPath, entry.name);
          return [path.slice(folder.length + 1), (statSync(path).mode & 0o777).toString(8)] as const;
        }),
      )
      // An entry of the outbox is named after its time and id.
      .map(([path, mode]) => [
        path
          .replace(/outbox\/[^/]+$/, 'outbox/mail')
          .replace(/configuration-[0-9a-f]+/, 'configuration-of-site')
          .replace(/ops-monitor-test-\w+/, 'site'),
        mode,
      ]),
  );
}

describe('cycle/modes', () => {
  test('the umask changes no mode, and nobody else may write to anything', (t) => {
    const [strict, open] = [modesUnder(t, '077'), modesUnder(t, '000')];
    const paths = Object.keys(strict);
    assert.ok(paths.length >= 60, `only ${paths.length} paths were seen`);
    assert.deepEqual(strict, open);
    assert.deepEqual(
      Object.entries(open).filter(([, mode]) => (parseInt(mode, 8) & 0o022) !== 0),
      [],
    );
    const closed = paths.filter((path) => (parseInt(strict[path] ?? '0', 8) & 0o077) === 0);
    const isPrivate = /alerts\/|locks|compiled|configuration-|\/ops-monitor$|thermal/;
    assert.deepEqual(
      closed.filter((path) => !isPrivate.test(path)),
      [],
      'what others should read is closed to them',
    );
  });
});
