// Programs with input: however they behave, there is an end, and what they may see has no secrets.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeOutside } from '../../lib/io/outside.ts';
import { readText, temporaryFolder, until } from '../world.ts';

const outside = makeOutside();
const sh = (script: string, seconds = 10, input?: string) =>
  outside.run(['sh', '-c', script], { seconds, ...(input === undefined ? {} : { input }) });

test('a program has its input, and its exit code is a result', async () => {
  assert.deepEqual(await sh('cat; echo no >&2; exit 75', 10, 'Grüße\r\n'), {
    exit_code: 75,
    stdout: 'Grüße\r\n',
    stderr: 'no\n',
  });
  // It need not read any of it.
  const { exit_code } = await sh('exit 78', 10, 'x'.repeat(1_000_000));
  assert.equal(exit_code, 78);
});

test('what cannot be started or dies of a signal says so', async () => {
  const nothing = await outside.run(['/nowhere/sendmail'], { seconds: 1 });
  assert.deepEqual([nothing.exit_code, nothing.ended], [undefined, 'could not be started (ENOENT)']);
  const killed = await sh('kill -9 $$');
  assert.deepEqual([killed.exit_code, killed.ended], [undefined, 'ended by SIGKILL']);
});

test('at its time it is ended with all it started, also where SIGTERM is not heeded', async (t) => {
  const folder = temporaryFolder(t);
  const began = performance.now();
  const [heeds, ignores] = await Promise.all([
    sh(`sleep 60 & echo $! > ${folder}/heeds; wait`, 0.3),
    sh(`trap '' TERM; sleep 60 & echo $! > ${folder}/ignores; while :; do wait; done`, 0.3),
  ]);
  for (const { exit_code, ended } of [heeds, ignores])
    assert.deepEqual([exit_code, ended], [undefined, 'ended after 0.3 s without a result']);
  assert.ok(performance.now() - began < 30_000);
  await sleep(100);
  for (const name of ['heeds', 'ignores']) {
    const pid = readText(join(folder, name)).trim();
    assert.ok(!isAlive(pid), `${name}: ${pid} still runs`);
  }
});

/** A zombie that nobody waits for has ended. */
function isAlive(pid: string): boolean {
  try {
    const stat = readText(`/proc/${pid}/stat`);
    return stat[stat.lastIndexOf(')') + 2] !== 'Z';
  } catch {
    return false;
  }
}

test('one that goes on behind our back is neither waited for nor ended', async (t) => {
  const folder = temporaryFolder(t);
  const done = join(folder, 'done');
  const { exit_code } = await sh(`(sleep 3; echo delivered > ${done}.tmp; mv ${done}.tmp ${done}) & exit 0`);
  assert.equal(exit_code, 0);
  assert.ok(!existsSync(done), 'it was waited for');
  await until(() => existsSync(done));
  assert.equal(readText(done), 'delivered\n');
});

test('what it prints beyond all measure is forgotten, and it goes on', async () => {
  const { exit_code, stdout } = await sh('head -c 3000000 /dev/zero | tr "\\0" x; exit 3');
  assert.deepEqual([exit_code, stdout.length], [3, 65_536]);
});

test('other programs are not told our password', async () => {
  const secretive = makeOutside({ ...process.env, OPS_ALERT_SMTP_PASSWORD: 'hunter2', OPS_HEARTBEAT_URL: 'x' });
  const { stdout } = await secretive.run(['env'], { seconds: 10, env: { LC_ALL: 'C' } });
  assert.match(stdout, /^LC_ALL=C$/m);
  assert.doesNotMatch(stdout, /hunter2|OPS_/);
});

test('programs are found along PATH and where administrators have theirs', (t) => {
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
  assert.ok(here.find('ldconfig') ?? here.find('init') ?? here.find('useradd'), 'nothing of /usr/sbin was found');
  assert.equal(here.realpath(join(folder, 'bin', 'link')), join(folder, 'bin', 'mailx'));
  assert.equal(here.realpath(join(folder, 'gone')), undefined);
  assert.deepEqual([here.readable(folder), here.readable(join(folder, 'bin', 'plain'))], [false, true]);
  assert.ok(here.environment['HOME'], 'the list of users knows a home');
});

test('of our environment a mail program sees what it needs, by name', async () => {
  const given = {
    PATH: process.env['PATH'],
    HOME: '/home/ops',
    TZ: 'UTC',
    AWS_SECRET_ACCESS_KEY: 'hunter2',
    LANG: 'de_DE',
  };
  const { stdout } = await makeOutside(given).run(['env'], { seconds: 10, env: { MAILRC: '/dev/null' } });
  const names = stdout.match(/^\w+(?==)/gm)?.sort();
  assert.deepEqual(names, ['HOME', 'LC_ALL', 'MAILRC', 'PATH', 'TZ']);
});
