// The plugins probe runs real programs: results, words for what is no result, and programs that misbehave.
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, describe } from 'node:test';
import type { ContentOf } from '../../lib/contract/shape.ts';
import { plugins } from '../../lib/snapshot/probes/plugins.ts';
import { configurationOf } from '../world.ts';
import { localHost } from './machine.ts';

const folder = mkdtempSync(join(tmpdir(), 'plugins-'));
after(() => rmSync(folder, { recursive: true }));
const start = new Date('2026-11-20T08:00:00Z');

type Reading = ContentOf<typeof plugins.section.schema>;

interface Options {
  readonly more?: string;
  readonly at?: Date;
  readonly before?: Reading;
}

async function run(command: readonly string[], { more = '', at = start, before }: Options = {}): Promise<Reading> {
  const config = configurationOf(`plugins: { x: { command: ${JSON.stringify(command)}${more} } }`);
  // A folder of notes for each run: the notes of a killed program go a moment after its reading was refused.
  const own = mkdtempSync(join(folder, 'run-'));
  return plugins.read({
    host: (_name, signal) => localHost(own, signal),
    config,
    item: 'x',
    previous: before && { at: start, bootId: '', data: before },
    bootId: '',
    at,
  });
}

const shell = (script: string, options?: Options): Promise<Reading> => run(['sh', '-c', script], options);

describe('plugins probe', () => {
  test('exit codes 0 to 3 are the four results, with message and values', async () => {
    for (const [code, result] of ['ok', 'warning', 'critical', 'unknown'].entries()) {
      const found = await shell(`echo "DISK ${code} | used=5%;80;90"; exit ${code}`);
      assert.deepEqual([found.result, found.exit_code, found.message], [result, code, `DISK ${code}`]);
      assert.deepEqual([found.percent, found.age_seconds, found.program], [{ used: 5 }, 0, 'sh']);
    }
  });

  test('any other exit code is unknown, in words', async () => {
    for (const [code, words] of [
      [4, /^exit code 4 is none of a plugin: hi$/],
      [126, /^exit code 126, a program that may not be run: hi$/],
      [127, /^exit code 127, a program that is not there: hi$/],
      [137, /^exit code 137, ended by signal 9: hi$/],
    ] as const) {
      const { result, message } = await shell(`echo hi; exit ${code}`);
      assert.equal(result, 'unknown');
      assert.match(message, words);
    }
  });

  test('a program without output says what it wrote on stderr, or that there is none', async () => {
    assert.equal((await shell('echo usage >&2; exit 3')).message, 'usage');
    assert.equal((await shell('exit 0')).message, 'no output');
  });

  test('no shell reads the arguments, and the environment has no secret of ours', async () => {
    process.env['PLUGIN_TEST_SECRET'] = 'hunter2';
    assert.equal((await run(['echo', '$(id)', ';', '`id`'])).message, '$(id) ; `id`');
    assert.doesNotMatch((await shell('env | tr "\\n" " "')).message, /hunter2/);
  });

  test('a program that is not there, may not be run or is killed has no reading, and its arguments are not told', async () => {
    const file = join(folder, 'not-executable');
    writeFileSync(file, 'x');
    chmodSync(file, 0o600);
    for (const [command, words] of [
      [[join(folder, 'none'), '--password', 'hunter2'], /none is not installed \(ENOENT\)/],
      [[file, 'hunter2'], /not-executable is not installed, or we may not run it \(EACCES\)/],
      [['sh', '-c', 'kill -9 $$'], /was ended by SIGKILL/],
    ] as const)
      await assert.rejects(
        run(command),
        (error: Error) => words.test(error.message) && !error.message.includes('hunter2'),
      );
  });

  test('a program that hangs, also with a child that holds its output, has no reading and leaves no process', async () => {
    const note = join(folder, 'pid');
    for (const script of [
      'sleep 600',
      `sleep 600 & echo $! > ${note}; exit 0`,
      `trap '' TERM; sleep 600 & echo $! > ${note}; wait`,
    ])
      await assert.rejects(shell(script, { more: ', timeout: 500ms' }), /sh did not answer within 500ms/);
    const pid = Number(readFileSync(note, 'utf8'));
    while (isRunning(pid)) await new Promise((resolve) => void setTimeout(resolve, 20));
  });

  test('200 MB of output, also without a newline and on stderr, is refused at once', async () => {
    for (const script of [
      'head -c 200000000 /dev/zero | tr "\\0" x',
      'yes | head -c 200000000',
      'yes | head -c 200000000 >&2',
    ])
      await assert.rejects(shell(script, { more: ', timeout: 9s' }), /sh printed more than 65536 characters/);
  });

  test('with an interval the last result stands with its age, and the program runs again when it is due', async () => {
    const count = join(folder, 'runs');
    const more = ', interval: 1h';
    const often = `echo x >> ${count}; echo OK`;
    const runs = (): number => readFileSync(count, 'utf8').length / 2;
    const later = (minutes: number): Date => new Date(start.getTime() + minutes * 60_000);
    const before = await shell(often, { more });
    const carried = await shell(often, { more, before, at: later(55) });
    assert.deepEqual([carried.age_seconds, carried.ran_at, runs()], [3300, start.toISOString(), 1]);
    const again = await shell(often, { more, before: carried, at: later(60) });
    assert.deepEqual([again.age_seconds, runs()], [0, 2]);
    await shell(often, { more, before, at: later(-10) });
    assert.equal(runs(), 3, 'a clock that was set back does not delay it');
    await shell(`${often} changed`, { more, before, at: later(5) });
    assert.equal(runs(), 4, 'another command runs at once');
    await shell(often, { more, before: { ...before, result: 'unknown' }, at: later(5) });
    assert.equal(runs(), 5, 'what gave no result is tried again');
    assert.equal(
      (await shell(often, { before, at: later(5) })).age_seconds,
      0,
      'without an interval it runs in every cycle',
    );
  });

  test('a bare list is the command; ranges and times that cannot be are refused', () => {
    assert.deepEqual(configurationOf('plugins: { x: [check_load, -w, "5"] }').plugins['x']?.command, [
      'check_load',
      '-w',
      '5',
    ]);
    for (const wrong of [
      '[]',
      '{ command: [a], timeout: 10s }',
      '{ command: [a], limits: { b: { red: "20:10" } } }',
      '{ command: [a], limits: { b: {} } }',
      '"a b"',
    ])
      assert.throws(() => configurationOf(`plugins: { x: ${wrong} }`), wrong);
  });
});

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
