// The completions, as a shell offers them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test, { describe } from 'node:test';
import { readHelp } from '../../ops/package/commands.ts';
import { renderBash, renderFish, renderZsh } from '../../ops/package/completions.ts';
import { environmentIn, runBundle } from '../process.ts';
import { temporaryFolder } from '../world.ts';

describe('completions', () => {
  test('the tab key after `run-cycle --only` offers the timers, in every shell', (t) => {
    const env = environmentIn(temporaryFolder(t));
    const help = readHelp((...words) => runBundle('ops-monitor', words, env).stdout);
    const words = `COMP_WORDS=(ops-monitor run-cycle --only ''); COMP_CWORD=3; COMP_LINE='ops-monitor run-cycle --only '; COMP_POINT=\${#COMP_LINE}`;
    const script = `${renderBash(help)}\n${words}; _ops_monitor; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
    assert.equal(stdout, 'cycle\nhourly\ndaily\n', stderr);
    assert.match(renderZsh(help), /'--only\[[^']*\]: :\(cycle hourly daily\)'/);
    assert.match(renderFish(help), / -l only -d '[^']*' -x -a 'cycle hourly daily'/);
  });
});
