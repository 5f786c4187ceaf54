// Another machine over ssh, as a Host, with an ssh that runs the commands here. A real one: test/real/ssh.test.ts.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host } from '../../lib/contract/host.ts';
import { sshHostOpener } from '../../lib/io/ssh.ts';
import { readText, temporaryFolder } from '../world.ts';

/** As with sshd, a command is in a session of its own: it does not end because whoever asked for it has gone. */
const ssh = `#!/bin/sh
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

/** A machine on which `programs` stand before all others, and how to open it. */
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
  /** A connection of its own, as each cycle has. */
  const open = (signal = new AbortController().signal): Host => opener()(signal);
  return { folder, opener, open };
}

/** Work that hangs, and the pid under which it does. */
function hanging(folder: string): { argv: string[]; pid: () => Promise<number> } {
  const note = join(folder, 'pid');
  return {
    argv: ['sh', '-c', `echo $$ > ${note}; exec sleep 1000`],
    pid: async () => {
      for (let tries = 0; tries < 500 && !existsSync(note); tries++) await sleep(10);
      await sleep(50);
      return Number(readText(note));
    },
  };
}

/** One that has ended stays in the table until init gets round to it. */
const lives = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/^State:\tZ/m.test(readText(`/proc/${pid}/status`));

async function ends(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 500 && lives(pid); tries++) await sleep(10);
  return !lives(pid);
}

test('a program’s exit code and words come through, with a fixed locale and time zone and no input', async (t) => {
  const host = machine(t).open();
  const script = 'echo out; echo "$LC_ALL $TZ" >&2; cat; exit 3';
  assert.deepEqual(await host.run(['sh', '-c', script, "it's", 'a  word']), {
    exit_code: 3,
    stdout: 'out\n',
    stderr: 'C UTC\n',
  });
  assert.equal((await host.run(['printf', '%s|', "it's", 'a  word', ''])).stdout, "it's|a  word||");
  await assert.rejects(host.run(['no-such-program']), /no-such-program is not installed on source/);
});

test('where a command is given no input there, it is run all the same', async (t) => {
  const { folder, open } = machine(t);
  writeFileSync(join(folder, 'without-input'), '');
  assert.deepEqual(await open().run(['sh', '-c', 'sleep 0.3; echo out']), {
    exit_code: 0,
    stdout: 'out\n',
    stderr: '',
  });
});

test('what hangs is given up at its deadline though its output is held open, and is ended there', async (t) => {
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
  assert.ok(await ends(pid), 'it lives on there');
});

test('while an earlier attempt of that name lives there, no second one is started', async (t) => {
  const { folder, opener, open } = machine(t);
  const controller = new AbortController();
  const work = hanging(folder);
  const first = open(controller.signal).run(work.argv, { alone: 'stream-a b%' });
  const pid = await work.pid();
  const again = (who: Parameters<typeof opener>[0], alone: string) =>
    opener(who)(new AbortController().signal).run(['echo', 'run'], { alone });
  await assert.rejects(
    again({}, 'stream-a b%'),
    new RegExp(`an earlier attempt still hangs \\(process ${pid} on source, since 20.*Z\\); no second one is started`),
  );
  assert.equal((await again({}, 'stream-a')).stdout, 'run\n', 'other work is not held up');
  assert.equal((await again({ name: 'archive' }, 'stream-a b%')).stdout, 'run\n', 'nor that of another host');
  assert.equal((await again({ state: '/other' }, 'stream-a b%')).stdout, 'run\n', 'nor another monitor');
  controller.abort(new Error('too late'));
  await assert.rejects(first, /too late/);
  assert.ok(await ends(pid));
  assert.equal((await again({}, 'stream-a b%')).stdout, 'run\n', 'and when it has ended, nobody is');
});

test('what a hanging attempt has started and left behind holds nobody up', async (t) => {
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

test('a path that hangs there is not asked for a second time', async (t) => {
  const note = join(temporaryFolder(t), 'pid');
  const { open } = machine(t, { df: `echo $$ > ${note}; exec sleep 1000` });
  const controller = new AbortController();
  const first = open(controller.signal).statfs('/');
  for (let tries = 0; tries < 500 && !existsSync(note); tries++) await sleep(10);
  await assert.rejects(open().statfs('/'), /an earlier attempt still hangs .*no second one is started/);
  assert.equal((await open().stat('/')).kind, 'folder');
  controller.abort(new Error('too late'));
  await assert.rejects(first, /too late/);
});

test('a machine without /proc is asked as if nothing hung', async (t) => {
  // Its cat finds no such files.
  const { folder, open } = machine(t, { cat: 'exit 1' });
  const controller = new AbortController();
  const work = hanging(folder);
  const first = open(controller.signal).run(work.argv, { alone: 'work' });
  await work.pid();
  assert.deepEqual(await open().run(['echo', 'run'], { alone: 'work' }), { exit_code: 0, stdout: 'run\n', stderr: '' });
  controller.abort(new Error('too late'));
  await assert.rejects(first);
});

test('however many searches hang, a quick look gets its turn', async (t) => {
  const { open } = machine(t);
  const controller = new AbortController();
  const host = open(controller.signal);
  const searches = Array.from({ length: 12 }, (_, index) => host.run(['sleep', '1000'], { alone: `stream-${index}` }));
  assert.equal((await host.stat('/')).kind, 'folder');
  assert.equal((await host.run(['echo', 'run'])).stdout, 'run\n');
  controller.abort(new Error('too late'));
  for (const search of searches) await assert.rejects(search, /too late/);
});

test('what was given up keeps nobody waiting, also where it cannot be ended', async (t) => {
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
