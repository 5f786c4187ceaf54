import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { TimedOut } from '../../lib/contract/errors.ts';
import { readByProgram } from '../../lib/io/process.ts';
import { withDeadline } from '../../lib/engine/deadline.ts';
import { temporaryFolder } from '../world.ts';

const never = new AbortController().signal;

test('a program’s exit code and words are a result, with a fixed locale and time zone and no input', async () => {
  const script = 'echo out; echo "$LC_ALL $TZ" >&2; cat; exit 3';
  assert.deepEqual(await readByProgram(['sh', '-c', script], { signal: never }), {
    exit_code: 3,
    stdout: 'out\n',
    stderr: 'C UTC\n',
  });
});

test('nothing of our own environment reaches it but what is handed over', async () => {
  process.env['OPS_TEST_SECRET'] = 'hidden';
  const { stdout } = await readByProgram(['env'], { signal: never, env: { HOME: '/nowhere' } });
  delete process.env['OPS_TEST_SECRET'];
  assert.match(stdout, /^HOME=\/nowhere$/m);
  assert.doesNotMatch(stdout, /hidden|OPS_TEST_SECRET/);
});

test('what is not installed, was killed or prints without end is said in so many words', async () => {
  await assert.rejects(
    () => readByProgram(['no-such-program', '-x'], { signal: never }),
    /no-such-program -x is not installed/,
  );
  await assert.rejects(() => readByProgram(['sh', '-c', 'kill -TERM $$'], { signal: never }), /was ended by SIGTERM/);
  await assert.rejects(() => readByProgram(['yes'], { signal: never }), /printed more than 8388608 bytes/);
});

test('at the deadline it ends, and with it what it started, though that ignores TERM and holds the output open', async (t) => {
  const pidFile = join(temporaryFolder(t), 'pid');
  const script = `(trap '' TERM; echo $$ > /dev/null; sh -c 'echo $PPID; exec sleep 1000' > ${pidFile} 2>/dev/null & sleep 1000) & sleep 1000`;
  const began = performance.now();
  await assert.rejects(
    () => withDeadline(500, 'the program', (signal) => readByProgram(['sh', '-c', script], { signal })),
    TimedOut,
  );
  assert.ok(performance.now() - began < 10_000);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const parent = readFileSync(pidFile, 'utf8').trim();
  assert.ok(
    !existsSync(`/proc/${parent}/cmdline`) || readFileSync(`/proc/${parent}/cmdline`, 'utf8') === '',
    'a grandchild lives on',
  );
});

test('while an earlier child of the same work still lives, no second one is started', async (t) => {
  const note = join(temporaryFolder(t), 'children', 'work.json');
  const controller = new AbortController();
  const first = readByProgram(['sleep', '1000'], { signal: controller.signal, aloneNote: note });
  while (!existsSync(note)) await new Promise((resolve) => setTimeout(resolve, 10));
  await assert.rejects(
    () => readByProgram(['true'], { signal: never, aloneNote: note }),
    /an earlier attempt still hangs \(process \d+, since 20.*\); no second one is started/,
  );
  controller.abort();
  await assert.rejects(first, /was ended by SIGKILL/);
  assert.ok(!existsSync(note), 'the note goes when the child has ended');
  assert.equal((await readByProgram(['true'], { signal: never, aloneNote: note })).exit_code, 0);
});

test('a note of a process that has ended, or of another one with its pid, holds nobody up', async (t) => {
  const note = join(temporaryFolder(t), 'work.json');
  const child = spawn('sleep', ['1000']);
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'spawn');
  const { writeFileSync } = await import('node:fs');
  const stale = { pid: child.pid, started: 'another-boot:12345', since: '2026-01-01T00:00:00Z', argv: [] };
  for (const text of [JSON.stringify(stale), JSON.stringify({ ...stale, pid: 4_000_000 })]) {
    writeFileSync(note, text);
    assert.equal((await readByProgram(['true'], { signal: never, aloneNote: note })).exit_code, 0);
  }
});
