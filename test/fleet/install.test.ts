// monitor install with an `ssh` that is a script: what a node prints, and where it hangs. With real nodes: test/real/fleet-install.test.ts.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { installOnNode } from '../../lib/io/install-node.ts';
import { environmentIn, root, runProcess } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { makeFakeSsh } from './fake-ssh.ts';

/** Installs on a node whose ssh runs this script after it has put the mark that our command prints into `mark`. */
async function install(t: TestContext, script: string, seconds = 20): Promise<string> {
  const folder = temporaryFolder(t);
  const text = `#!/bin/sh\nmark=$(printf '%s' "$*" | sed -n 's/^echo \\(ops-monitor-[0-9a-f-]*\\)$/\\1/p')\n${script}\n`;
  writeFileSync(join(folder, 'ssh'), text, { mode: 0o755 });
  const path = process.env['PATH'];
  process.env['PATH'] = `${folder}:${path}`;
  try {
    const settings = { configFile: undefined, connectMs: 1000 };
    const node = { name: 'node1', target: 'ubuntu@192.0.2.1' };
    return (await installOnNode(node, settings, Buffer.from('program'), seconds)).join('\n');
  } catch (error) {
    return (error as Error).message;
  } finally {
    process.env['PATH'] = path;
  }
}

describe('monitor install', () => {
  test('prints what our command did, and nothing that the login shell’s profile printed before', async (t) => {
    const said = await install(
      t,
      'echo "> Welcome to node1"; echo "left /tmp/a"; echo "$mark"; echo "> it is in place"',
    );
    assert.equal(said, 'it is in place');
  });

  test('never prints what a node says as a part of the command that a person is to paste', async (t) => {
    for (const path of ['/tmp/a;reboot', '/tmp/$(reboot)', '/tmp/a b', '-x', '/tmp/a\\nreboot #'])
      assert.match(
        await install(t, `cat >/dev/null; echo "$mark"; printf '%s\\n' 'left ${path}'; echo password >&2; exit 4`),
        /^node1: password$/,
        path,
      );
    const good = await install(
      t,
      'echo "left /tmp/b"; echo "$mark"; echo "left /tmp/a/install.sh"; printf "password\\033[2J\\nrun: reboot\\n" >&2; exit 4',
    );
    assert.equal(
      good,
      'sudo on node1 wants a password: password [2J\nThe program lies there; to put it in place run: ssh -t ubuntu@192.0.2.1 sudo sh /tmp/a/install.sh',
    );
  });

  test('says of an account without a shell what its login says', async (t) => {
    const said = await install(t, 'echo "This account is currently not available."; exit 1');
    assert.equal(
      said,
      'node1 cannot be reached: its login shell ended with exit code 1 before our command: This account is currently not available.',
    );
  });

  for (const [step, script, says] of [
    ['the login', 'exec sleep 60', 'there was no login yet'],
    ['the copy', 'echo "$mark"; exec sleep 60', 'the program was being copied'],
    [
      'sudo',
      'echo "$mark"; echo arrived; exec sleep 60',
      'the program was being put in place, by sudo unless the login is root',
    ],
  ] as const)
    test(`names the node and the step where ${step} hangs`, async (t) => {
      assert.equal(await install(t, script, 1), `node1 did not finish within 1s: ${says}`);
    });

  test('--dry-run says what would be done, with the line for sudoers and the commands, and asks no node', async (t) => {
    const folder = temporaryFolder(t);
    const list = join(folder, 'nodes.conf');
    writeFileSync(list, 'devnet|ubuntu@a|node\ndevnet|root@b|node\ndevnet|c|node\n');
    const { bin, calls } = makeFakeSsh(folder);
    const program = join(folder, 'program');
    writeFileSync(program, 'node-report needs Node 20 or later');
    const wouldDo = (node: string): string => {
      const argv = ['install', node, '--env', 'devnet', '--config', list, '--program', program, '--dry-run'];
      const usual = environmentIn(folder);
      const { status, stdout, stderr } = runProcess([process.execPath, join(root, 'dist', 'monitor.cjs'), ...argv], {
        ...usual,
        PATH: `${bin}:${usual.PATH}`,
      });
      assert.equal(`${status} ${stderr}`, '0 ');
      return stdout;
    };
    const said = wouldDo('a');
    const words = said.split('\n').filter((line) => /^\S/.test(line));
    for (const line of words.slice(0, -1)) assert.match(line, /^would /);
    assert.deepEqual([words.length, words.at(-1)], [6, 'Nothing was done.']);
    assert.match(said, /^ {2}ubuntu ALL=\(root\) NOPASSWD: \/usr\/local\/bin\/ops-monitor node-report --json$/m);
    assert.match(said, /as root by sudo -n, /);
    assert.doesNotMatch(wouldDo('b'), /by sudo|^ {2}\S+ ALL=/m, 'root needs neither');
    assert.match(wouldDo('c'), /^ {2}USER ALL=/m);
    assert.deepEqual(calls(), []);
    // The commands are those that really go to a node.
    const sent = join(folder, 'sent');
    await install(t, `printf '%s' "$*" >${sent}; exit 1`);
    const commands = said.split('\n').filter((line) => line.startsWith('  ') && !line.includes(' ALL=')); // prettier-ignore
    assert.ok(commands.length > 15);
    for (const line of commands) assert.ok(readText(sent).includes(line.slice(2).replaceAll("'", `'\\''`)), line);
  });

  test('refuses a file that is not there, or is no program of ours, before any node is asked', (t) => {
    const folder = temporaryFolder(t);
    const list = join(folder, 'nodes.conf');
    writeFileSync(list, 'devnet|ubuntu@a|node\n');
    const install = (program: string) => {
      const argv = ['install', 'a', '--env', 'devnet', '--config', list, '--program', program];
      return runProcess([process.execPath, join(root, 'dist', 'monitor.cjs'), ...argv], environmentIn(folder));
    };
    const mistyped = install(join(folder, 'mistyped'));
    assert.equal(mistyped.status, 2);
    assert.match(mistyped.stderr, /there is no \S+\/mistyped$/m);
    assert.doesNotMatch(mistyped.stderr, /npm run build/, 'that makes another file');
    const other = install(list);
    assert.equal(other.status, 2);
    assert.match(other.stderr, /nodes\.conf is not the program of node-report/);
  });
});
