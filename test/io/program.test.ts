import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { ProgramRequest } from '../../lib/contract/program.ts';
import { runProgram } from '../../lib/io/program.ts';

const sh = (script: string, more: Partial<ProgramRequest> = {}) =>
  runProgram({ argv: ['sh', '-c', script], output: { most: 1000, beyond: 'fail' }, ...more });

describe('io/program', () => {
  test('distinguishes every way in which a program ends', async () => {
    const stopped = new AbortController();
    const cases: [Awaited<ReturnType<typeof sh>>['ending']['by'], ReturnType<typeof sh>][] = [
      ['exit', sh('exit 3')],
      ['signal', sh('kill -9 $$')],
      ['deadline', sh('sleep 60', { seconds: 0.2 })],
      ['output', sh('yes')],
      ['start', sh('', { argv: ['/nowhere/at-all'] })],
      ['start', sh('', { argv: ['a\0b'] })],
      [
        'signal',
        sh('sleep 60', { signal: stopped.signal, onStart: () => void setTimeout(() => stopped.abort(), 100) }),
      ],
    ];
    for (const [by, run] of cases) assert.equal((await run).ending.by, by);
    assert.deepEqual((await sh('exit 3')).ending, { by: 'exit', code: 3 });
  });

  test('keeps the beginning of the output, and marks that the rest is cut', async () => {
    const { ending, stdout, isCut } = await sh('printf begin; head -c 5000 /dev/zero | tr "\\0" x; exit 4', {
      output: { most: 100, beyond: 'cut' },
    });
    assert.deepEqual(
      [ending, stdout.slice(0, 7), stdout.length, isCut],
      [{ by: 'exit', code: 4 }, 'beginxx', 100, true],
    );
    assert.ok(!('isCut' in (await sh('echo short'))));
  });

  test('keeps the input open until the program ends, where asked', async () => {
    const script = 'read -r line; echo "$line"; if read -t 0.3 -r more; then :; else echo "still open: $?"; fi';
    const { stdout } = await runProgram({
      argv: ['bash', '-c', script],
      input: 'first\n',
      keepsInputOpen: true,
      output: { most: 1000, beyond: 'fail' },
    });
    // A status above 128 means that bash's `read -t` timed out, and not that the input ended.
    assert.match(stdout, /^first\nstill open: 1[2-9]\d\n$/);
  });
});
