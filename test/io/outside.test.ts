// However a program with input behaves, its run ends, and its environment contains no secrets.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { makeOutside } from '../../lib/io/outside.ts';
import { isAlive } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

const outside = makeOutside();
const sh = (script: string, seconds = 10, input?: string) =>
  outside.run(['sh', '-c', script], { seconds, ...(input === undefined ? {} : { input }) });

describe('io/outside', () => {
  test('a program gets its input, and the result has its exit code and 64 KiB of its output', async () => {
    assert.deepEqual(await sh('cat; echo no >&2; exit 75', 10, 'Grüße\r\n'), {
      exit_code: 75,
      stdout: 'Grüße\r\n',
      stderr: 'no\n',
    });
    // A program need not read its input.
    const { exit_code } = await sh('exit 78', 10, 'x'.repeat(1_000_000));
    assert.equal(exit_code, 78);
    const flood = await sh('head -c 3000000 /dev/zero | tr "\\0" x; exit 3');
    assert.deepEqual([flood.exit_code, flood.stdout.length], [3, 65_536]);
  });

  test('the result says that a program could not be started or was ended by a signal', async () => {
    const nothing = await outside.run(['/nowhere/sendmail'], { seconds: 1 });
    assert.deepEqual(
      [nothing.exit_code, nothing.ending],
      [undefined, { words: 'could not be started (ENOENT)', wasRunning: false }],
    );
    const killed = await sh('kill -9 $$');
    assert.deepEqual([killed.exit_code, killed.ending], [undefined, { words: 'ended by SIGKILL', wasRunning: true }]);
  });

  test('at its deadline a program is ended with its children, also where it ignores SIGTERM', async (t) => {
    const folder = temporaryFolder(t);
    const began = performance.now();
    const [heeds, ignores] = await Promise.all([
      sh(`sleep 60 & echo $! > ${folder}/heeds; wait`, 0.3),
      sh(`trap '' TERM; sleep 60 & echo $! > ${folder}/ignores; while :; do wait; done`, 0.3),
    ]);
    for (const { exit_code, ending } of [heeds, ignores])
      assert.deepEqual([exit_code, ending?.words], [undefined, 'ended after 0.3 s without a result']);
    assert.ok(performance.now() - began < 30_000);
    for (const name of ['heeds', 'ignores']) await until(() => !isAlive(Number(readText(join(folder, name)))));
  });

  test('a background process that a program leaves is neither waited for nor ended', async (t) => {
    const folder = temporaryFolder(t);
    const done = join(folder, 'done');
    const { exit_code } = await sh(`(sleep 3; echo delivered > ${done}.tmp; mv ${done}.tmp ${done}) & exit 0`);
    assert.equal(exit_code, 0);
    assert.ok(!existsSync(done), 'the run waited for the background process');
    await until(() => existsSync(done));
    assert.equal(readText(done), 'delivered\n');
  });

  test('programs are found along PATH and in the sbin folders', (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'bin'));
    for (const [name, mode] of [
      ['mailx', 0o755],
      ['plain', 0o644],
    ] as const) {
      writeFileSync(join(folder, 'bin', name), '#!/bin/sh\n');
      chmodSync(join(folder, 'bin', name), mode);
    }
    symlinkSync('mailx', join(folder, 'bin', 'link'));
    const here = makeOutside({ PATH: join(folder, 'bin') });
    assert.equal(here.find('mailx'), join(folder, 'bin', 'mailx'));
    assert.equal(here.find('plain'), undefined);
    assert.ok(here.find('ldconfig') ?? here.find('init') ?? here.find('useradd'), 'no program of /usr/sbin was found');
    assert.equal(here.realpath(join(folder, 'bin', 'link')), join(folder, 'bin', 'mailx'));
    assert.equal(here.realpath(join(folder, 'gone')), undefined);
    assert.deepEqual([here.readable(folder), here.readable(join(folder, 'bin', 'plain'))], [false, true]);
    assert.ok(here.environment['HOME'], 'HOME comes from the user database');
  });

  test('a mail program sees only the variables that it needs', async () => {
    const given = {
      PATH: process.env['PATH'],
      HOME: '/home/ops',
      TZ: 'UTC',
      AWS_SECRET_ACCESS_KEY: 'hunter2',
      OPS_ALERT_SMTP_PASSWORD: 'hunter2',
      LANG: 'de_DE',
    };
    const { stdout } = await makeOutside(given).run(['env'], { seconds: 10, env: { MAILRC: '/dev/null' } });
    const names = stdout.match(/^\w+(?==)/gm)?.sort();
    assert.deepEqual(names, ['HOME', 'LC_ALL', 'MAILRC', 'PATH', 'TZ']);
    assert.match(stdout, /^LC_ALL=C$/m);
  });
});
