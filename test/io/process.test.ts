import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { NotInstalled, TimedOut } from '../../lib/contract/errors.ts';
import { readByProgram } from '../../lib/io/process.ts';
import { withDeadline } from '../../lib/engine/deadline.ts';
import { isAlive } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

const never = new AbortController().signal;

describe('io/process', () => {
  test('a program runs with a fixed locale and time zone and without input, and its exit code is a result', async () => {
    const script = 'echo out; echo "$LC_ALL $TZ" >&2; cat; exit 3';
    assert.deepEqual(await readByProgram(['sh', '-c', script], { signal: never }), {
      exit_code: 3,
      stdout: 'out\n',
      stderr: 'C UTC\n',
    });
  });

  test('a program sees no variable of our environment that was not handed over', async () => {
    process.env['OPS_TEST_SECRET'] = 'hidden';
    const { stdout } = await readByProgram(['env'], { signal: never, env: { HOME: '/nowhere' } });
    delete process.env['OPS_TEST_SECRET'];
    assert.match(stdout, /^HOME=\/nowhere$/m);
    assert.doesNotMatch(stdout, /hidden|OPS_TEST_SECRET/);
  });

  test('throws for a program that was killed or prints without end', async () => {
    const cases: [argv: string[], reason: RegExp][] = [
      [['sh', '-c', 'kill -TERM $$'], /was ended by SIGTERM/],
      [['yes'], /printed more than 8388608 bytes/],
    ];
    for (const [argv, reason] of cases) await assert.rejects(readByProgram(argv, { signal: never }), reason);
  });

  test('a program that does not exist is told from one that fails by the kind of the error', async () => {
    await assert.rejects(readByProgram(['/no-such-folder/no-such-program', '-x'], { signal: never }), (error) => {
      assert.match(String(error), /no-such-program -x is not installed/);
      return error instanceof NotInstalled;
    });
    await assert.rejects(
      readByProgram(['sh', '-c', 'kill $$', 'is not installed'], { signal: never }),
      (error) => !(error instanceof NotInstalled),
    );
  });

  test('at the deadline a program is killed with its children, even where they ignore TERM and hold the output open', async (t) => {
    const pidFile = join(temporaryFolder(t), 'pid');
    const script = `(trap '' TERM; echo $$ > /dev/null; sh -c 'echo $PPID; exec sleep 1000' > ${pidFile} 2>/dev/null & sleep 1000) & sleep 1000`;
    const began = performance.now();
    await assert.rejects(
      () => withDeadline(500, 'the program', (signal) => readByProgram(['sh', '-c', script], { signal })),
      TimedOut,
    );
    assert.ok(performance.now() - began < 10_000);
    await until(() => !isAlive(Number(readText(pidFile))));
  });

  test('while an earlier child of the same note still lives, no second one is started', async (t) => {
    const note = join(temporaryFolder(t), 'children', 'work.json');
    const controller = new AbortController();
    const first = readByProgram(['sleep', '1000'], { signal: controller.signal, aloneNote: note });
    await until(() => existsSync(note));
    await assert.rejects(
      () => readByProgram(['true'], { signal: never, aloneNote: note }),
      /an earlier attempt still hangs \(process \d+, since 20.*\); no second one is started/,
    );
    controller.abort();
    await assert.rejects(first, /was ended by SIGKILL/);
    assert.ok(!existsSync(note), 'the note goes when the child has ended');
    assert.equal((await readByProgram(['true'], { signal: never, aloneNote: note })).exit_code, 0);
  });

  test('a note about an ended process, or about an earlier process with the same pid, blocks no run', async (t) => {
    const note = join(temporaryFolder(t), 'work.json');
    const child = spawn('sleep', ['1000']);
    t.after(() => child.kill('SIGKILL'));
    await once(child, 'spawn');
    const stale = { pid: child.pid, started: 'another-boot:12345', since: '2026-01-01T00:00:00Z', argv: [] };
    for (const text of [JSON.stringify(stale), JSON.stringify({ ...stale, pid: 4_000_000 })]) {
      writeFileSync(note, text);
      assert.equal((await readByProgram(['true'], { signal: never, aloneNote: note })).exit_code, 0);
    }
  });
});
