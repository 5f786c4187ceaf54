// monitor install on real nodes with a real sshd and sudo: what it puts there, what it leaves alone, and that the report then is whole.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { before, describe, type TestContext } from 'node:test';
import { environmentIn, root, runProcess } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { makeNode } from './nodes.ts';
import { installPackages, needRoot } from './packages.ts';

const rule = (user: string): string => `${user} ALL=(root) NOPASSWD: /usr/local/bin/ops-monitor node-report --json`;

/** A node with its own /etc, /home and /usr/local, and users there. `sudoers`: what the user may do besides. */
async function makeSite(t: TestContext, user: string, sudoers: string) {
  const node = await makeNode(t);
  const { folder, must, prefix } = node;
  const site = temporaryFolder(t);
  mkdirSync('/run/sshd', { recursive: true });
  must('mkdir', join(folder, 'over'));
  must('mount', '-t', 'tmpfs', 'tmpfs', join(folder, 'over'));
  for (const path of ['/etc', '/usr/local']) {
    const over = join(folder, 'over', path.replaceAll('/', '-'));
    must('mkdir', '-p', `${over}/upper`, `${over}/work`);
    must(
      'mount',
      '-t',
      'overlay',
      '-o',
      `lowerdir=${path},upperdir=${over}/upper,workdir=${over}/work`,
      'overlay',
      path,
    );
  }
  must('mount', '-t', 'tmpfs', 'tmpfs', '/home');
  must('rm', '-f', '/usr/local/bin/ops-monitor', '/etc/sudoers.d/zz-ops-monitor');
  // The old Node of this machine is not the point: a node has one that is new enough.
  must('ln', '-sf', process.execPath, '/usr/local/bin/node');
  if (user !== 'root') must('useradd', '-m', '-p', '*', '-s', '/bin/sh', user);
  if (sudoers !== '')
    must('sh', '-c', `echo '${user} ${sudoers}' >/etc/sudoers.d/test && chmod 440 /etc/sudoers.d/test`);
  for (const key of ['host', 'user'])
    assert.equal(runProcess(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', join(site, key)]).status, 0);
  writeFileSync(join(folder, 'authorized'), readText(join(site, 'user.pub')), { mode: 0o644 });
  const server = [
    'StrictModes no',
    'PermitRootLogin yes',
    'UsePAM no',
    'PidFile none',
    `HostKey ${site}/host`,
    `AuthorizedKeysFile ${folder}/authorized`,
  ];
  writeFileSync(join(folder, 'sshd_config'), `${server.join('\n')}\n`);
  writeFileSync(join(site, 'known_hosts'), `node1 ${readText(join(site, 'host.pub'))}`);
  writeFileSync(
    join(site, 'ssh_config'),
    [
      'Host node1',
      `ProxyCommand ${[...prefix, '/usr/sbin/sshd', '-i', '-f', join(folder, 'sshd_config'), '-E', join(folder, 'sshd.log')].join(' ')}`,
      `IdentityFile ${site}/user`,
      'IdentitiesOnly yes',
      `UserKnownHostsFile ${site}/known_hosts`,
      'GlobalKnownHostsFile /dev/null',
      '',
    ].join('\n'),
  );
  const config = join(site, 'fleet.yaml');
  const configure = (more: object = {}): void =>
    writeFileSync(
      config,
      JSON.stringify({
        fleet: {
          'ssh-config': join(site, 'ssh_config'),
          environments: { devnet: { nodes: { node1: { ssh: `${user}@node1` } } } },
          ...more,
        },
      }),
    );
  configure();
  const usual = environmentIn(site);
  const bin = join(site, 'bin');
  const monitor = (...argv: readonly string[]) =>
    runProcess([process.execPath, join(root, 'dist', 'monitor.cjs'), ...argv, '--env', 'devnet', '--config', config], {
      ...usual,
      PATH: `${bin}:${usual.PATH}`,
    });
  const alerts = () =>
    JSON.parse(monitor('alerts', '--json').stdout) as { message: string }[] | { alerts: { message: string }[] };
  const messages = (): string => {
    const found = alerts();
    return ('alerts' in found ? found.alerts : found).map(({ message }) => message).join('\n');
  };
  return { ...node, bin, monitor, messages, configure };
}

describe('monitor install', () => {
  before(() => {
    needRoot();
    installPackages('sudo', 'openssh-server', 'openssh-client', 'iproute2', 'util-linux');
  });

  test('a user with sudo: the program and the line for sudoers are put there, and the node reports as root', async (t) => {
    const { monitor, messages, must, run } = await makeSite(t, 'ubuntu', 'ALL=(ALL) NOPASSWD: ALL');
    assert.match(messages(), /node1 does not report: ops-monitor is not installed there \(monitor install/);
    const dry = monitor('install', 'node1', '--dry-run');
    assert.match(dry.stdout, /^would log in to ubuntu@node1 by ssh, and copy \S+ops-monitor-node\.cjs /);
    assert.equal(run('test', '-e', '/usr/local/bin/ops-monitor').status, 1);

    const done = monitor('install', 'node1');
    assert.equal(done.status, 0, done.stderr);
    assert.match(
      done.stdout,
      /ops-monitor is in place\n.*sudoers.d\/zz-ops-monitor lets ubuntu run exactly.*\n.*it reports, in/,
    );
    assert.equal(must('cat', '/etc/sudoers.d/zz-ops-monitor'), `${rule('ubuntu')}\n`);
    assert.equal(must('stat', '-c', '%U %a', '/etc/sudoers.d/zz-ops-monitor'), 'root 440\n');
    assert.equal(must('stat', '-c', '%U %a', '/usr/local/bin/ops-monitor'), 'root 755\n');
    // That line alone lets the node report, and nothing else.
    must('rm', '/etc/sudoers.d/test');
    assert.doesNotMatch(messages(), /does not report|ufw/);
    assert.equal(run('setpriv', '--reuid=ubuntu', '--regid=ubuntu', '--clear-groups', 'sudo', '-n', 'id').status, 1);
    assert.equal(run('sh', '-c', 'ls -d /tmp/tmp.*/program').status, 2, 'the upload was left behind');
  });

  test('a second time nothing changes; another program of that name is left alone', async (t) => {
    const { monitor, must } = await makeSite(t, 'root', '');
    assert.match(monitor('install', 'node1').stdout, /is in place\n.*root needs no line for sudoers/);
    assert.match(monitor('install', 'node1').stdout, /is there already, the same/);
    must('sh', '-c', 'echo "#!/bin/sh" >/usr/local/bin/ops-monitor');
    const refused = monitor('install', 'node1');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /\/usr\/local\/bin\/ops-monitor is something else, and was left as it is/);
    assert.equal(must('cat', '/usr/local/bin/ops-monitor'), '#!/bin/sh\n');
  });

  test('where sudo wants a password, the command that asks for it is printed, and works', async (t) => {
    const { monitor, messages, must } = await makeSite(t, 'ubuntu', 'ALL=(ALL) ALL');
    const refused = monitor('install', 'node1');
    assert.equal(refused.status, 1);
    const [, script = ''] =
      /run: ssh -t ubuntu@node1 sudo sh (\S+install\.sh)/.exec(refused.stderr) ?? assert.fail(refused.stderr);
    assert.match(must('sh', script), /is in place/);
    assert.ok(!existsSync(script));
    assert.doesNotMatch(messages(), /does not report/);
  });

  test('a part of the program is not put in place', async (t) => {
    const { bin, monitor, run } = await makeSite(t, 'ubuntu', 'ALL=(ALL) NOPASSWD: ALL');
    mkdirSync(bin);
    // The connection ends the input early.
    writeFileSync(join(bin, 'ssh'), '#!/bin/sh\nhead -c 1000 | exec /usr/bin/ssh "$@"\n', { mode: 0o755 });
    const { status, stdout, stderr } = monitor('install', 'node1');
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /node1: only a part of the program arrived: nothing was changed/);
    assert.equal(run('sh', '-c', 'ls /usr/local/bin/ops-monitor* /etc/sudoers.d/zz-ops-monitor').stdout, '');
    assert.equal(run('sh', '-c', 'ls -d /tmp/tmp.*/program').status, 2, 'the upload was left behind');
  });

  test('an account without a shell is told by install and by every view', async (t) => {
    const { messages, monitor, must } = await makeSite(t, 'ubuntu', '');
    must('usermod', '-s', '/usr/sbin/nologin', 'ubuntu');
    const says = /its login shell ended with exit code 1 before our command: This account is currently not available\./;
    assert.match(messages(), says);
    const { status, stderr } = monitor('install', 'node1');
    assert.equal(status, 1);
    assert.match(stderr, says);
  });

  test('with `pipe` a node without ops-monitor reports what the user may read, and nothing is left there', async (t) => {
    const { messages, configure, run } = await makeSite(t, 'ubuntu', '');
    assert.match(messages(), /node1 does not report/);
    configure({ pipe: true });
    assert.doesNotMatch(messages(), /does not report/);
    assert.match(messages(), /ufw|journal|could not be read/);
    assert.equal(run('test', '-e', '/usr/local/bin/ops-monitor').status, 1);
  });
});
