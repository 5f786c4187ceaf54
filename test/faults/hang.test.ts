// What hangs for ever costs its own section; the stage ends, and so does the process.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { buildSync } from 'esbuild';
import type { Envelope } from '../../lib/contract/envelope.ts';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { environmentIn, listenSilently, processesOf, type Ran, root, runBundle, runProcess } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

/** A script that imports from here. */
const runSource = (script: string, env?: NodeJS.ProcessEnv): Ran =>
  runProcess([process.execPath, '--import', 'tsx', '--input-type=module', '-e', script], env, root);

function makeCheckout(folder: string): void {
  const git = (...argv: string[]) => execFileSync('git', ['-C', folder, ...argv], { stdio: 'ignore' });
  execFileSync('git', ['init', '-q', folder]);
  writeFileSync(join(folder, 'file'), 'one\n');
  git('add', 'file');
  git('-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '-qm', 'one');
}

describe('faults/hang', () => {
  test('a FIFO, a stopped process and a silent server cost their own sections, and collect ends in time', async (t) => {
    const folder = temporaryFolder(t);
    const [fifo, good] = ['fifo', 'good'].map((name) => join(folder, name)) as [string, string];
    for (const checkout of [fifo, good]) makeCheckout(checkout);
    execFileSync('rm', [join(fifo, '.git', 'index')]);
    execFileSync('mkfifo', [join(fifo, '.git', 'index')]);
    // A systemctl that stops itself, before the real one on the PATH.
    writeFileSync(join(folder, 'systemctl'), '#!/bin/sh\nkill -STOP $$\n', { mode: 0o755 });
    const port = await listenSilently(t);

    const config = join(folder, 'config.yaml');
    writeFileSync(
      config,
      [
        `files: { state: ${folder}/state }`,
        `git: { fifo: ${fifo}, good: ${good} }`,
        'services: [some.service]',
        `endpoints: { silent: { url: "http://127.0.0.1:${port}/", timeout: 1s } }`,
      ].join('\n'),
    );
    const env = { ...environmentIn(folder), PATH: `${folder}:${process.env['PATH']}` };
    const { status, stderr, ms } = runBundle('collect-snapshot', ['--config', config], env);
    assert.equal(status, 0, stderr);
    assert.ok(ms < 60_000, 'far beyond the deadline of a reading');

    const { sections } = JSON.parse(readText(join(folder, 'state', 'raw', 'latest.json'))) as Snapshot;
    const item = (section: string, name: string): Envelope => {
      const envelope = sections[section];
      assert.equal(envelope?.status, 'ok');
      return (envelope as { data: Record<string, Envelope> }).data[name] as Envelope;
    };
    for (const [what, envelope] of [
      ['checkouts: fifo', item('checkouts', 'fifo')],
      ['services', sections['services']],
    ] as const) {
      assert.equal(envelope?.status === 'failed' && envelope.kind, 'timeout', JSON.stringify(envelope));
      assert.equal(envelope?.status === 'failed' && envelope.reason, `${what} did not answer within 10s`);
    }
    assert.equal(item('checkouts', 'good').status, 'ok');
    const silent = item('endpoints', 'silent');
    assert.equal(silent.status === 'ok' && (silent.data as { error: string }).error, 'no answer within 1s');
    assert.equal(sections['host']?.status, 'ok');
    assert.equal(sections['filesystems']?.status, 'ok');
    assert.deepEqual(processesOf(folder), [], 'a child of the collection is still there');
  });

  test('a file that is a FIFO is refused at once, and one that hangs on a thread does not keep the process', (t) => {
    const folder = temporaryFolder(t);
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const script = `
    import { open } from 'node:fs/promises';
    import { localHostOpener } from ${JSON.stringify(join(root, 'lib/io/localhost.ts'))};
    import { exitNow, onPool } from ${JSON.stringify(join(root, 'lib/io/leave.ts'))};
    const host = localHostOpener({ notes: ${JSON.stringify(folder)}, userAgent: 'test' })(new AbortController().signal);
    await host.readText(${JSON.stringify(fifo)}).catch((error) => console.log(error.message));
    void onPool(() => open(${JSON.stringify(fifo)}));
    setTimeout(() => exitNow(75), 100);`;
    const { status, stdout } = runSource(script);
    assert.match(stdout, /fifo is not a regular file/);
    assert.equal(status, 75);
  });

  test('a dozen paths that hang on threads keep no other path from being read', (t) => {
    const folder = temporaryFolder(t);
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    // Bundled, as the stages are: tsx would have used the threads before.
    const contents = `
    import { open } from 'node:fs/promises';
    import { localHostOpener } from './lib/io/localhost.ts';
    import { exitNow, onPool } from './lib/io/leave.ts';
    const host = localHostOpener({ notes: ${JSON.stringify(folder)}, userAgent: 'test' })(new AbortController().signal);
    for (let i = 0; i < 12; i++) void onPool(() => open(${JSON.stringify(fifo)}));
    void host.readText('/proc/loadavg').then(() => exitNow(7));`;
    const outfile = join(folder, 'bundle.cjs');
    buildSync({
      stdin: { contents, resolveDir: root, loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile,
    });
    assert.equal(runProcess([process.execPath, outfile]).status, 7, 'the reading waited for the paths that hang');
  });

  test('a stage that hangs is ended at its deadline, with exit 1 and its name in the message', (t) => {
    const script = `
    import { defineStage } from './lib/contract/stage.ts';
    import { main } from './lib/cli/main.ts';
    const never = new Promise(() => setInterval(() => {}, 1000));
    process.argv.length = 2;
    main(defineStage({ name: 'sleepy', summary: 's', reads: [], writes: [], deadlineMs: 300, run: () => never }));`;
    const { status, stderr } = runSource(script, { ...environmentIn(temporaryFolder(t)), OPS_MONITOR_CONFIG: '' });
    assert.equal(status, 1);
    assert.match(stderr, /sleepy did not answer within 300ms/);
  });
});
