// node-report beside a real Caddy that is newer than Debian's: whether it took its last configuration.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { until } from '../world.ts';
import { caddy } from '../real/node-programs.ts';
import { makeNode } from '../real/nodes.ts';
import { installPackages } from '../real/packages.ts';

test('node-report says whether Caddy took its last configuration', async (t) => {
  installPackages('curl');
  const { folder, run, start, report } = await makeNode(t);
  const file = join(folder, 'Caddyfile');
  writeFileSync(file, ':80 {\n  respond "hello"\n}\n');
  const program = caddy();
  const words = ['--config', file, '--adapter', 'caddyfile'];
  start([program, 'run', ...words], { XDG_DATA_HOME: folder });
  await until(() => run('curl', '-sf', 'http://127.0.0.1:80/').status === 0);
  const fields = () => {
    const { section } = report('dns');
    return [section?.['caddy_active'], section?.['caddy_admin_responds'], section?.['caddy_reload_ok']];
  };
  assert.deepEqual(fields(), [true, true, true]);
  writeFileSync(file, ':443 {\n  tls /nowhere.pem /nowhere.key\n}\n');
  assert.notEqual(run(program, 'reload', ...words).status, 0);
  assert.deepEqual(fields(), [true, true, false]);
});
