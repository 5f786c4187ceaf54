// The ssh host with a fake ssh that runs the commands on this machine. With a real ssh: test/real/ssh.test.ts.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { NotInstalled } from '../../lib/contract/errors.ts';
import type { Host } from '../../lib/contract/host.ts';
import { sshHostOpener } from '../../lib/io/ssh.ts';
import { isAlive } from '../process.ts';
import { readText, temporaryFolder, until } from '../world.ts';

/** The fake ssh. As under sshd, a command runs in a session of its own and outlives the process that started it. */
const ssh = `#!/bin/sh
# sshd takes no variable over that its AcceptEnv does not name.
unset TRACEPARENT
for word; do
  if [ "$before" = -S ]; then socket=$word; fi
  before=$word
done
folder=$(dirname "$0")/..
case "$*" in
  *ControlMaster=yes*) echo $$ >> "$folder/masters"; : > "$socket"; exec cat > /dev/null;;
esac
if [ -e "$folder/without-input" ]; then exec < /dev/null; fi
PATH="$folder/there:$PATH" exec setsid --wait sh -c "$word"
`;

/** A machine whose PATH begins with a folder of `programs`, and functions to open it. */
function machine(t: TestContext, programs: Readonly<Record<string, string>> = {}) {
  const path = process.env['PATH'];
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-ssh-'));
  const masters = join(folder, 'masters');
  t.after(() => {
    process.env['PATH'] = path;
    if (existsSync(masters)) for (const pid of readText(masters).trim().split('\n')) process.kill(Number(pid));
    rmSync(folder, { recursive: true });
  });
  for (const made of ['here', 'there']) mkdirSync(join(folder, made));
  writeFileSync(join(folder, 'here', 'ssh'), ssh, { mode: 0o755 });
  for (const [name, text] of Object.entries(programs))
    writeFileSync(join(folder, 'there', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  process.env['PATH'] = `${folder}/here:${path}`;
  const opener = ({ name = 'source', state = '/state' } = {}) =>
    sshHostOpener({ name, target: 'source', configFile: undefined, connectMs: 20_000, runtime: folder, state });
  /** Opens the machine over a new connection, as each cycle does. */
  const open = (signal = new AbortController().signal): Host => opener()(signal);
  return { folder, opener, open };
}

/** A command that hangs, and its pid. */
function hanging(folder: string): { argv: string[]; pid: () => Promise<number> } {
  const note = join(folder, 'pid');
  return {
    argv: ['sh', '-c', `echo $$ > ${note}; exec sleep 1000`],
    pid: async () => {
      await until(() => existsSync(note));
      await sleep(50);
      return Number(readText(note));
    },
  };
}

const printed = (stdout: string) => ({ exit_code: 0, stdout, stderr: '' });

describe('io/ssh', () => {
  test('run returns exit code and output, with a fixed locale and time zone and without input', async (t) => {
    const host = machine(t).open();
    const script = 'echo out; echo "$LC_ALL $TZ" >&2; cat; exit 3';
    assert.deepEqual(await host.run(['sh', '-c', script, "it's", 'a  word']), {
      exit_code: 3,
      stdout: 'out\n',
      stderr: 'C UTC\n',
    });
    assert.equal((await host.run(['printf', '%s|', "it's", 'a  word', ''])).stdout, "it's|a  word||");
    await assert.rejects(host.run(['/no-such-folder/no-such-program']), (error) => {
      assert.match(String(error), /no-such-program is not installed on source/);
      return error instanceof NotInstalled;
    });
  });

  test('the span of the run goes along in the command, and no other variable does', async (t) => {
    const host = machine(t).open();
    const before = { ...process.env };
    t.after(() => {
      if (before['TRACEPARENT'] === undefined) delete process.env['TRACEPARENT'];
      else process.env['TRACEPARENT'] = before['TRACEPARENT'];
    });
    const script = 'echo "<$TRACEPARENT>"';
    delete process.env['TRACEPARENT'];
    assert.deepEqual(await host.run(['sh', '-c', script]), printed('<>\n'));
    process.env['TRACEPARENT'] = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01'; touch /nonexistent`;
    assert.deepEqual(await host.run(['sh', '-c', script]), printed(`<${process.env['TRACEPARENT']}>\n`));
  });

  test('run works where sshd gives the command no input', async (t) => {
    const { folder, open } = machine(t);
    writeFileSync(join(folder, 'without-input'), '');
    assert.deepEqual(await open().run(['sh', '-c', 'sleep 0.3; echo out']), printed('out\n'));
  });

  test('a hanging command is abandoned at its deadline, though its output is held open, and is killed there', async (t) => {
    const { folder, open } = machine(t);
    const controller = new AbortController();
    const work = hanging(folder);
    const holder = join(folder, 'holder');
    const asked = open(controller.signal).run(['sh', '-c', `sleep 1000 & echo $! > ${holder}; ${work.argv[2]}`]);
    const pid = await work.pid();
    const other = Number(readText(holder));
    t.after(() => process.kill(other));
    const began = performance.now();
    controller.abort(new Error('too late'));
    await assert.rejects(asked, /too late/);
    assert.ok(performance.now() - began < 30_000);
    await until(() => !isAlive(pid));
  });

  test('the program that a killed script is waiting for is killed, too', async (t) => {
    const { folder, open } = machine(t);
    const controller = new AbortController();
    const work = hanging(folder);
    const asked = open(controller.signal).run(['sh', '-c', `sh -c '${work.argv[2]}'; echo over`]);
    const pid = await work.pid();
    controller.abort(new Error('too late'));
    await assert.rejects(asked, /too late/);
    await until(() => !isAlive(pid));
  });

  test('output is passed on while it arrives, however long it is, without the noise of a login shell', async (t) => {
    const { open } = machine(t, { env: 'echo Welcome!; echo banner >&2; exec /usr/bin/env "$@"' });
    const script = 'echo first; echo problem >&2; read -r line; seq 1 2000000; echo last; exit 3';
    let seen = '';
    let length = 0;
    const done = await open().run(['sh', '-c', script], {
      onOutput: (text, stream) => {
        if (stream === 'stderr') return;
        if (length < 100) seen += text.slice(0, 100);
        length += text.length;
      },
    });
    assert.match(seen, /^first\n1\n2\n/);
    assert.ok(length > 10_000_000, String(length));
    assert.deepEqual(done, { exit_code: 3, stdout: '', stderr: 'banner\nproblem\n' });
    await assert.rejects(
      machine(t, { env: 'exit 1' })
        .open()
        .run(['true'], { onOutput: () => undefined }),
      /did not run the command/,
    );
  });

  test('hangs says whether an earlier attempt of that name still lives there', async (t) => {
    const { folder, open } = machine(t);
    const controller = new AbortController();
    const work = hanging(folder);
    const asked = open(controller.signal).run(work.argv, { alone: 'stream-a' });
    const pid = await work.pid();
    const later = open();
    assert.deepEqual([await later.hangs('stream-a'), await later.hangs('stream-b')], [true, false]);
    controller.abort(new Error('too late'));
    await assert.rejects(asked, /too late/);
    await until(() => !isAlive(pid));
    assert.equal(await open().hangs('stream-a'), false);
  });

  test('run starts no second attempt while an earlier one of that name still lives there', async (t) => {
    const { folder, opener, open } = machine(t);
    const controller = new AbortController();
    const work = hanging(folder);
    const first = open(controller.signal).run(work.argv, { alone: 'stream-a b%' });
    const pid = await work.pid();
    const again = (who: Parameters<typeof opener>[0], alone: string) =>
      opener(who)(new AbortController().signal).run(['echo', 'run'], { alone });
    const refusal = `an earlier attempt still hangs \\(process ${pid} on source, since 20.*Z\\); no second one is started`;
    await assert.rejects(again({}, 'stream-a b%'), new RegExp(refusal));
    assert.equal((await again({}, 'stream-a')).stdout, 'run\n', 'work of another name runs');
    assert.equal(
      (await again({ name: 'archive' }, 'stream-a b%')).stdout,
      'run\n',
      'the same work on another host runs',
    );
    assert.equal((await again({ state: '/other' }, 'stream-a b%')).stdout, 'run\n', 'work of another monitor runs');
    controller.abort(new Error('too late'));
    await assert.rejects(first, /too late/);
    await until(() => !isAlive(pid));
    assert.equal((await again({}, 'stream-a b%')).stdout, 'run\n', 'work runs again after the first attempt has ended');
  });

  test('a background process left by an attempt does not block the next attempt', async (t) => {
    const { folder, open } = machine(t);
    const left = join(folder, 'left');
    const { exit_code } = await open().run(['sh', '-c', `sleep 1000 > /dev/null 2>&1 & echo $! > ${left}`], {
      alone: 'workspace-usage',
    });
    const pid = Number(readText(left));
    t.after(() => process.kill(pid));
    assert.equal(exit_code, 0);
    assert.equal((await open().run(['echo', 'run'], { alone: 'workspace-usage' })).stdout, 'run\n');
  });

  test('a path that hangs there is not read a second time', async (t) => {
    const note = join(temporaryFolder(t), 'pid');
    const { open } = machine(t, { df: `echo $$ > ${note}; exec sleep 1000` });
    const controller = new AbortController();
    const first = open(controller.signal).statfs('/');
    await until(() => existsSync(note));
    await assert.rejects(open().statfs('/'), /an earlier attempt still hangs .*no second one is started/);
    assert.equal((await open().stat('/')).kind, 'folder');
    controller.abort(new Error('too late'));
    await assert.rejects(first, /too late/);
  });

  test('a machine without /proc is treated as if nothing hung', async (t) => {
    // There cat finds no files in /proc.
    const { folder, open } = machine(t, { cat: 'exit 1' });
    const controller = new AbortController();
    const work = hanging(folder);
    const first = open(controller.signal).run(work.argv, { alone: 'work' });
    await work.pid();
    assert.deepEqual(await open().run(['echo', 'run'], { alone: 'work' }), printed('run\n'));
    controller.abort(new Error('too late'));
    await assert.rejects(first);
  });

  test('a stat gets its turn however many searches hang', async (t) => {
    const { open } = machine(t);
    const controller = new AbortController();
    const host = open(controller.signal);
    const searches = Array.from({ length: 12 }, (_, index) =>
      host.run(['sleep', '1000'], { alone: `stream-${index}` }),
    );
    assert.equal((await host.stat('/')).kind, 'folder');
    assert.equal((await host.run(['echo', 'run'])).stdout, 'run\n');
    controller.abort(new Error('too late'));
    for (const search of searches) await assert.rejects(search, /too late/);
  });

  test('abandoned commands block no later command, even where they cannot be killed', async (t) => {
    const { folder, opener } = machine(t);
    writeFileSync(join(folder, 'without-input'), '');
    const controller = new AbortController();
    const openNow = opener();
    const hung = Array.from({ length: 8 }, () => openNow(controller.signal).run(['sleep', '15']));
    await sleep(500);
    const began = performance.now();
    controller.abort(new Error('too late'));
    for (const one of hung) await assert.rejects(one, /too late/);
    assert.equal((await openNow(new AbortController().signal).run(['echo', 'run'])).stdout, 'run\n');
    assert.ok(performance.now() - began < 14_000);
  });
});
