// /proc/sys hidden, as in some containers.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { newRunId } from '../../lib/io/world.ts';
import { environmentIn, root, runProcess } from '../process.ts';
import { temporaryFolder } from '../world.ts';

describe('io/hidden', () => {
  test('a run id is 32 hex digits, and another one each time, with the kernel’s random file or without', (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'empty'), '');
    const ids = [undefined, join(folder, 'none'), join(folder, 'empty'), folder].flatMap((path) => [
      newRunId(path),
      newRunId(path),
    ]);
    for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
    assert.equal(new Set(ids).size, 8);
  });

  test('every stage works where /proc/sys/kernel/random is hidden', (t) => {
    const folder = temporaryFolder(t);
    const hide = join(folder, 'hide.cjs');
    writeFileSync(
      hide,
      `const fs = require('node:fs');
      const hidden = (path) => String(path).startsWith('/proc/sys/kernel/random/');
      const missing = () => Object.assign(new Error('ENOENT: hidden'), { code: 'ENOENT' });
      for (const name of ['readFileSync', 'openSync']) {
        const real = fs[name];
        fs[name] = (path, ...more) => { if (hidden(path)) throw missing(); return real(path, ...more); };
      }
      const { open } = fs;
      fs.open = (path, ...more) => hidden(path) ? more.at(-1)(missing()) : open(path, ...more);
      const { readFile } = fs.promises;
      fs.promises.readFile = async (path, ...more) => { if (hidden(path)) throw missing(); return readFile(path, ...more); };`,
    );
    const stages = ['collect-snapshot', 'assess-health', 'write-report', 'append-zarr', 'send-alerts', 'confirm-cycle'];
    for (const stage of [...stages, 'thermal-heartbeat']) {
      const { status, stderr } = runProcess(
        [process.execPath, '--require', hide, join(root, 'dist', `${stage}.cjs`)],
        environmentIn(folder),
      );
      assert.equal(status, 0, `${stage}: ${stderr}`);
      assert.match(stderr, /"run_id":"[0-9a-f]{32}"/, stage);
    }
  });
});
