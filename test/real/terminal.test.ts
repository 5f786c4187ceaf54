// What a person sees on a real terminal, which `script` makes.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { displayWidth } from '../../lib/core/columns.ts';
import { shellWord } from '../../lib/core/harmless.ts';
import { environmentIn, root, runProcess } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

describe('a terminal', () => {
  test('of 80 or 40 columns is not exceeded by run-cycle, status, explain and check-config', (t) => {
    const folder = temporaryFolder(t);
    const machine = join(root, 'test', 'hosts', 'sick');
    const config = join(folder, 'config.yaml');
    writeFileSync(config, `${readText(join(machine, 'config.yaml'))}\nhosts: { local: { folder: ${machine} } }\n`);
    const env = { ...environmentIn(folder), OPS_MONITOR_CONFIG: config, TERM: 'dumb' };
    const seen = (columns: number, command: string): string[] => {
      const program = [process.execPath, join(root, 'dist', 'ops-monitor.cjs')].map(shellWord).join(' ');
      const argv = ['script', '-qec', `stty cols ${columns}; ${program} ${command}`, '/dev/null'];
      const lines = runProcess(argv, env).stdout.split('\r\n');
      assert.ok(lines.length >= 8, `${command}: ${lines.join('\n')}`);
      return lines;
    };
    const commands = ['run-cycle', 'status', 'explain service-state:bad.service', 'check-config', 'check-config --try'];
    let checked = 0;
    for (const columns of [80, 40])
      for (const command of commands) {
        // The columns of the stages are wider than 40.
        if (columns === 40 && command === 'status') continue;
        const wide = seen(columns, command).filter(
          // Left whole: words without a blank, a command to copy, the texts of a reading.
          (line) => displayWidth(line) > columns && /\S .*\S/.test(line) && !/^ {2}why|^ {11}/.test(line),
        );
        assert.deepEqual(wide, [], `${command} in ${columns} columns`);
        checked += 1;
      }
    assert.equal(checked, 9);
    assert.ok(
      seen(200, 'run-cycle').some((line) => displayWidth(line) > 80),
      'no line is long, so that nothing was tried',
    );
  });
});
