// Silences of an operators' group: people who may silence and acknowledge, but may not read the recipients.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { readText, temporaryFolder } from '../world.ts';
import { serveMail } from './mail-server.ts';
import { arrivalsOf, mailSiteIn } from './mail-site.ts';
import { needRoot } from './packages.ts';

const idOf = (name: string, kind: 'passwd' | 'group'): number => {
  const line = readText(`/etc/${kind}`)
    .split('\n')
    .find((one) => one.startsWith(`${name}:`));
  return Number(line?.split(':')[2] ?? assert.fail(`there is no ${name} in /etc/${kind}`));
};

async function siteWithOperator(t: TestContext) {
  needRoot();
  // Users and groups that every Debian has.
  const [service, serviceGroup] = [idOf('nobody', 'passwd'), idOf('nogroup', 'group')];
  const [operator, own, operators] = [idOf('games', 'passwd'), idOf('games', 'group'), idOf('operator', 'group')];
  const folder = temporaryFolder(t);
  const site = mailSiteIn(folder, { configuration: 'alerts: { to: [anna@example.org] }' });
  const { port, received } = await serveMail(t);
  site.sendTo(port);
  const home = temporaryFolder(t);
  chownSync(home, operator, own);
  for (const path of [folder, home]) chmodSync(path, 0o755);
  execFileSync('chown', ['-R', `${service}:${serviceGroup}`, folder]);
  const asService = ['setpriv', `--reuid=${service}`, `--regid=${serviceGroup}`, '--clear-groups'];
  const asOperator = ['setpriv', `--reuid=${operator}`, `--regid=${own}`, `--groups=${operators}`];
  const environment = { HOME: home, XDG_CACHE_HOME: join(home, 'cache'), XDG_RUNTIME_DIR: join(home, 'run') };
  return {
    site,
    operator,
    operators,
    service,
    asOperator,
    silences: join(site.state, 'alerts', 'silences'),
    send: async (disks: Readonly<Record<string, number>>) => {
      site.look(disks);
      return site.run('send-alerts', { prefix: asService });
    },
    says: (command: string, ...argv: string[]) => site.run(command, { prefix: asOperator, environment, argv }),
    news: () => arrivalsOf(received).map(({ news }) => news),
    log: () => readText(join(site.state, 'alerts', 'alerts.jsonl')),
  };
}

describe('real/alerts-users', () => {
  test('an operator who may not read the state silences and acknowledges; the service obeys and names him', async (t) => {
    const { site, operators, operator, asOperator, silences, send, says, news, log } = await siteWithOperator(t);
    assert.equal((await send({ data: 20, home: 20 })).status, 0);
    const tooEarly = await says('silence', 'storage:data', '--for', '1h', '--reason', 'moving files');
    assert.equal(tooEarly.status, 2);
    assert.match(
      tooEarly.stderr,
      /^silence: games may not write in \S+\/alerts\/silences \(EACCES\): .*ops\/docs\/alerts\.md/,
    );
    // The commands of ops/docs/alerts.md.
    mkdirSync(silences);
    chownSync(silences, -1, operators);
    chmodSync(silences, 0o2775);
    for (const name of ['state.json', 'alerts.jsonl']) {
      const { status } = spawnSync('setpriv', [...asOperator.slice(1), 'cat', join(site.state, 'alerts', name)]);
      assert.notEqual(status, 0, `the operator can read ${name}`);
    }

    const silenced = await says('silence', 'storage:data', '--for', '1h', '--reason', 'moving files');
    assert.equal(silenced.status, 0, silenced.stderr);
    const [note = ''] = readdirSync(silences);
    const { uid, gid } = statSync(join(silences, note));
    assert.deepEqual([uid, gid], [operator, operators]);
    assert.equal((JSON.parse(readText(join(silences, note))) as { who: string }).who, 'games');
    const heeding = await send({ data: 91, home: 20 });
    assert.deepEqual([heeding.status, heeding.problems, news()], [0, [], []], heeding.stderr);
    assert.match(log(), /silenced by games until .*: moving files/);
    assert.match((await says('silence')).stdout, /^storage:data {2}until .* {2}games: moving files$/m);

    rmSync(join(silences, note));
    await send({ data: 91, home: 20 });
    assert.deepEqual(news(), ['anna ALERT storage:data']);
    const known = await says('ack', 'storage:data', '--reason', 'in repair');
    assert.equal(known.status, 0, known.stderr);
    assert.match(known.stdout, /^storage:data is acknowledged, if it is active: /);
    const seen = await says('status');
    assert.match(
      seen.stdout,
      /\n {2}the alerts: this user may not read \S+\/alerts\/state\.json \(EACCES\); root may\n/,
    );
    site.pass(13 * 60);
    await send({ data: 91, home: 20 });
    assert.deepEqual(news(), ['anna ALERT storage:data'], 'it was repeated, though somebody knows');
    assert.match(log(), /acknowledged by games: in repair/);
    await send({ data: 20, home: 20 });
    assert.deepEqual(news(), ['anna ALERT storage:data', 'anna OK storage:data']);
  });

  test('an unreadable silence, or an unreadable folder of silences, is reported and affects no other alert', async (t) => {
    const { operator, operators, silences, send, says, news } = await siteWithOperator(t);
    await send({ data: 20, home: 20, archive: 20 });
    mkdirSync(silences);
    chownSync(silences, 0, operators);
    chmodSync(silences, 0o2775);
    const secret = join(silences, 'mine.json');
    writeFileSync(secret, '{}', { mode: 0o600 });
    chownSync(secret, operator, operators);
    assert.equal((await says('silence', 'storage:archive', '--for', '1h', '--reason', 'x')).status, 0);
    const first = await send({ data: 91, home: 20, archive: 99 });
    assert.equal(first.status, 0, first.stderr);
    assert.match(first.problems.join(), /mine\.json among the silences cannot be read and is ignored: .*EACCES/);
    // The readable silence counts, and an alert without a silence is mailed.
    assert.deepEqual(news(), ['anna ALERT storage:data']);

    chmodSync(silences, 0o2770);
    const second = await send({ data: 91, home: 95, archive: 20 });
    assert.equal(second.status, 0, second.stderr);
    assert.match(second.problems.join(), /silences .*cannot be read.*EACCES/);
    assert.ok(news().includes('anna ALERT storage:home'), news().join());
  });

  test('root silences before the first run, and every file it makes is usable for the service', async (t) => {
    const { site, service, operators, silences, send, news } = await siteWithOperator(t);
    const argv = ['storage:data', '--for', '1h', '--reason', 'moving files'];
    const silenced = await site.run('silence', { argv });
    assert.equal(silenced.status, 0, silenced.stderr);
    const [note = ''] = readdirSync(silences);
    assert.deepEqual(
      [join(site.state, 'alerts'), silences, join(silences, note)].map((path) => statSync(path).uid),
      [service, service, service],
    );
    assert.equal((JSON.parse(readText(join(silences, note))) as { who: string }).who, 'root');
    const sent = await send({ data: 91, home: 95 });
    assert.equal(sent.status, 0, sent.stderr);
    assert.deepEqual(news(), ['anna ALERT storage:home']);
    // In the operators' folder, which root made, root's silence belongs to root.
    rmSync(silences, { recursive: true });
    mkdirSync(silences);
    chownSync(silences, 0, operators);
    chmodSync(silences, 0o2775);
    const inTheirs = await site.run('silence', { argv: ['storage', '--for', '1h', '--reason', 'x'] });
    assert.equal(inTheirs.status, 0, inTheirs.stderr);
    // Through a symbolic link of the service's, root writes with the service's rights.
    const elsewhere = temporaryFolder(t);
    rmSync(silences, { recursive: true });
    symlinkSync(elsewhere, silences);
    lchownSync(silences, service, service);
    const linked = await site.run('silence', { argv: ['storage', '--for', '1h', '--reason', 'x'] });
    assert.notEqual(linked.status, 0);
    assert.match(linked.stderr, /EACCES/);
    assert.deepEqual(readdirSync(elsewhere), []);
  });

  test('an operator cannot make a folder in the state, which the service could not use', async (t) => {
    const { site, service, operators, send, says } = await siteWithOperator(t);
    mkdirSync(site.state);
    chownSync(site.state, service, operators);
    chmodSync(site.state, 0o2775);
    const early = await says('silence', 'storage:data', '--for', '1h', '--reason', 'x');
    assert.equal(early.status, 2);
    assert.match(early.stderr, /alerts does not exist yet, and must be made by the user \d+:/);
    assert.equal((await send({ data: 91 })).status, 0);
  });
});
