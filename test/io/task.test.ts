// Commands of the configuration: none of their processes outlives them, and their output is kept within bounds.
import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskRequest } from '../../lib/contract/task.ts';
import { runTask } from '../../lib/io/task.ts';
import { isAlive, killNow, processesOf, runBeside } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

function makeTask(t: TestContext) {
  const folder = temporaryFolder(t);
  const log = join(folder, 'logs', 'task.log');
  const sh = (script: string, more: Partial<TaskRequest> = {}) =>
    runTask({ argv: ['sh', '-c', script], seconds: 20, log, folder, ...more });
  const pidIn = (name: string): number => Number(readText(join(folder, name)));
  return { folder, log, sh, pidIn };
}

describe('io/task', () => {
  test('keeps both streams in the log, and passes complete lines on without control characters', async (t) => {
    const { log, sh } = makeTask(t);
    const lines: string[] = [];
    const {
      ending,
      lastLines,
      killed,
      log: kept,
    } = await sh('echo one; sleep 0.3; echo "\\033[31mtwo" >&2; sleep 0.3; printf end; exit 3', {
      onLine: (line) => lines.push(line),
    });
    assert.deepEqual(ending, { by: 'exit', code: 3 });
    assert.deepEqual(lines, ['one', '[31mtwo', 'end']);
    assert.deepEqual(lastLines, lines);
    assert.equal(readText(log), 'one\n\u001B[31mtwo\nend');
    assert.deepEqual([kept, killed], [{ bytes: 16, isCut: false }, 0]);
  });

  test('runs in its folder, with the variables that are named and no others', async (t) => {
    const { folder, log, sh } = makeTask(t);
    process.env['TASK_SECRET'] = 'x';
    t.after(() => delete process.env['TASK_SECRET']);
    await sh('pwd; echo "$GREETING ${TASK_SECRET:-none}"', { variables: { GREETING: 'hello' } });
    assert.equal(readText(log), `${folder}\nhello none\n`);
  });

  test('the standard output is returned up to its limit, and then only the standard error is in the log', async (t) => {
    const { log, sh } = makeTask(t);
    const whole = await sh('echo one; echo two >&2', { mostOutput: 100 });
    assert.deepEqual(whole.output, { text: 'one\n', isCut: false });
    assert.equal(readText(log), 'two\n');
    const long = await sh('head -c 1000000000 /dev/zero | tr "\\0" x', { mostOutput: 100 });
    assert.deepEqual(long.output, { text: 'x'.repeat(100), isCut: true });
    assert.equal((await sh('echo one')).output, undefined);
  });

  test('a secret that the command prints is in neither its log, nor its output, nor its lines', async (t) => {
    const { log, sh } = makeTask(t);
    const lines: string[] = [];
    const script = 'echo "out $KEY"; printf "err $KEY" >&2; printf "${KEY%???}"; sleep 0.3; printf "${KEY#????????}"';
    const secrets = ['s3cr3t-value'];
    const request = { variables: { KEY: 's3cr3t-value' }, secrets, onLine: (line: string) => lines.push(line) };
    const kept = await sh(script, { ...request, mostOutput: 1000 });
    assert.equal(kept.output?.text, 'out …\ns3cr3t-vaalue');
    assert.equal(readText(log), 'err …');
    const split = await sh('printf s3cr3t-; sleep 0.3; echo value', request);
    assert.equal(readText(log), '…\n');
    for (const text of [...lines, ...kept.lastLines, ...split.lastLines]) assert.doesNotMatch(text, /s3cr3t-value/);
    assert.ok(lines.includes('out …'), lines.join('|'));
  });

  test('a command that does not exist ends with 127 and says so', async (t) => {
    const { log, sh } = makeTask(t);
    assert.deepEqual((await sh('', { argv: ['/nowhere/at all'] })).ending, { by: 'exit', code: 127 });
    assert.match(readText(log), /\/nowhere\/at all: not found/);
  });

  test('the log has the first 16 MiB of a gigabyte, and lines without an end are cut', async (t) => {
    const { log, sh } = makeTask(t);
    const {
      ending,
      lastLines,
      log: kept,
    } = await sh('head -c 1000000000 /dev/zero | tr "\\0" x; echo; echo last', { seconds: 200 });
    assert.deepEqual(ending, { by: 'exit', code: 0 });
    assert.equal(kept.isCut, true);
    assert.ok(statSync(log).size < 17 * 1024 * 1024, `${statSync(log).size} bytes`);
    assert.match(readText(log).slice(-100), /only the first 16 MiB are kept/);
    assert.deepEqual(
      lastLines.map(({ length }) => length),
      [500, 4],
    );
  });

  test('at the time limit all processes end, also one that ignores SIGTERM', async (t) => {
    const { sh, pidIn } = makeTask(t);
    const { ending, seconds } = await sh('trap "" TERM; sleep 100 & echo $! > pid; wait', { seconds: 0.5 });
    assert.equal(ending.by, 'deadline');
    assert.ok(seconds < 15, `${seconds} s`);
    assert.ok(!isAlive(pidIn('pid')));
  });

  test('SIGTERM at the time limit reaches the command, which may tidy up', async (t) => {
    const { log, sh } = makeTask(t);
    const { ending } = await sh('trap "echo tidied; exit 0" TERM; sleep 100 & wait', { seconds: 0.5 });
    assert.equal(ending.by, 'deadline');
    assert.equal(readText(log), 'tidied\n');
  });

  test('a process that left its group and closed its output is killed and counted', async (t) => {
    const { sh, pidIn } = makeTask(t);
    const { ending, killed } = await sh(
      'setsid sh -c "echo \\$\\$ > pid; exec sleep 100" >/dev/null 2>&1 & until [ -s pid ]; do sleep 0.05; done; sleep 0.3; echo done',
    );
    assert.deepEqual(ending, { by: 'exit', code: 0 });
    assert.equal(killed, 1);
    await until(() => !isAlive(pidIn('pid')));
  });

  const background =
    'setsid sh -c "echo \\$\\$ > far; exec sleep 100" >/dev/null 2>&1 & sleep 100 >/dev/null 2>&1 & echo $! > near; sleep 0.5;';

  test('processes that start others, each in a session of its own, and end themselves are caught all the same', async (t) => {
    const { sh, folder } = makeTask(t);
    const hop = join(folder, 'hop');
    const script =
      '#!/bin/sh\n[ "$1" -gt 0 ] || exec sh -c "sleep 300; : $0"\nsleep 0.01\nsetsid "$0" $(($1 - 1)) >/dev/null 2>&1 &\n';
    writeFileSync(hop, script, { mode: 0o755 });
    const { ending, killed } = await sh(`setsid ${hop} 2000 & sleep 0.3; echo done`);
    assert.deepEqual(ending, { by: 'exit', code: 0 });
    assert.ok(killed >= 1);
    await sleep(200);
    assert.deepEqual(processesOf(hop), []);
  });

  test('a command that starts a server leaves it running after a success, also in a session of its own', async (t) => {
    const { sh, pidIn } = makeTask(t);
    const { ending, killed } = await sh(`${background} exit 0`, { leavesProcesses: true });
    const left = [pidIn('near'), pidIn('far')];
    t.after(() => left.forEach(killNow));
    assert.deepEqual([ending, killed], [{ by: 'exit', code: 0 }, 0]);
    await sleep(1000);
    assert.deepEqual(left.map(isAlive), [true, true]);
  });

  test('a command that was to start a server and failed leaves nothing: by its exit code, at its time limit, when aborted', async (t) => {
    const cases: [script: string, more: () => Partial<TaskRequest>][] = [
      ['exit 1', () => ({})],
      ['sleep 100', () => ({ seconds: 1 })],
      ['sleep 100', () => ({ signal: AbortSignal.timeout(1000) })],
    ];
    for (const [script, more] of cases) {
      const { sh, pidIn } = makeTask(t);
      await sh(`${background} ${script}`, { leavesProcesses: true, ...more() });
      await until(() => !isAlive(pidIn('near')) && !isAlive(pidIn('far')));
    }
  });

  for (const more of ['', ', leavesProcesses: true'])
    test(`when the process that runs the command is killed, all processes of the command end${more}`, async (t) => {
      const { folder, log, pidIn } = makeTask(t);
      const script = `
        import { runTask } from '${join(import.meta.dirname, '../../lib/io/task.ts')}';
        const command = 'setsid sh -c "echo \\\\$\\\\$ > far; exec sleep 100" & echo $$ > near; sleep 100';
        await runTask({ argv: ['sh', '-c', command], seconds: 100, log: ${JSON.stringify(log)}, folder: ${JSON.stringify(folder)}${more} });
      `;
      const isWritten = (name: string): boolean =>
        statSync(join(folder, name), { throwIfNoEntry: false })?.size !== undefined && pidIn(name) > 0;
      const argv = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', script];
      const ended = await runBeside(argv, process.env, (pid) => {
        void until(() => isWritten('near') && isWritten('far')).finally(() => killNow(pid));
      });
      assert.equal(ended.signal, 'SIGKILL', ended.stderr);
      assert.ok(pidIn('near') > 0 && pidIn('far') > 0);
      await until(() => !isAlive(pidIn('near')) && !isAlive(pidIn('far')));
    });
});
