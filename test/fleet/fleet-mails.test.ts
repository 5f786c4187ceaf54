// The alerts of nodes, as a person gets them: from the reports of the nodes to the mails.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { serveMail } from '../alerts/smtp-server.ts';
import { environmentIn, root, runBeside } from '../process.ts';
import { temporaryFolder } from '../world.ts';
import { makeFakeSsh } from './fake-ssh.ts';
import { reportWith } from './fleet.ts';

const report = (network: object, rqlite: object): string =>
  reportWith({ network, rqlite }, { timestamp: new Date().toISOString() });

const [up, silent] = [{ responsive: true }, { responsive: false }];
const [closed, open] = [{ ufw_active: true }, { ufw_active: false }];

test('each alert of a node is mailed, acknowledged and ended by itself, and a node that does not report ends none', async (t) => {
  const folder = temporaryFolder(t);
  const ssh = makeFakeSsh(folder);
  const server = await serveMail(t);
  const config = join(folder, 'config.yaml');
  const usual = environmentIn(folder);
  const env = {
    ...usual,
    PATH: `${ssh.bin}:${usual.PATH}`,
    OPS_MONITOR_CONFIG: config,
    OPS_ALERT_SMTP_HOST: '127.0.0.1',
    OPS_ALERT_SMTP_PORT: String(server.port),
    OPS_ALERT_SMTP_TLS: 'none',
  };
  writeFileSync(
    config,
    JSON.stringify({
      site: 'test',
      files: { state: join(folder, 'state') },
      filesystems: {},
      fleet: { watch: ['devnet'], environments: { devnet: { nodes: { node1: {}, node2: {} } } } },
      alerts: { to: ['ops@example.org'], transport: 'smtp', picture: false, rules: { red: { 'red-for': '0s' } } },
    }),
  );
  const run = async (...argv: readonly string[]): Promise<string> => {
    const program = join(root, 'dist', 'ops-monitor.cjs');
    const { status, stdout, stderr } = await runBeside([process.execPath, program, ...argv], env);
    assert.equal(status, 0, `${argv.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  /** The text of the mails of a run, without the end of lines that were too long. */
  const mailsOf = async (text: string | undefined): Promise<readonly string[]> => {
    server.lines.length = 0;
    ssh.setReport('node1', text);
    ssh.setReport('node2', report(closed, up));
    for (const stage of ['fleet-snapshot', 'collect-snapshot', 'assess-health', 'send-alerts']) await run(stage);
    const all = server.lines
      .join('\n')
      .split(/^DATA$/m)
      .slice(1);
    if (process.env['SHOW'] !== undefined) for (const mail of all) process.stdout.write(`${mail}\n`);
    return all.map((mail) => mail.replaceAll('=\n', '').replaceAll('\n ', ' ').split('text/html')[0] ?? '');
  };
  const subjectOf = (mail = ''): string => /^Subject: (.*)$/m.exec(mail)?.[1] ?? '';
  const subjects = async (text: string | undefined) => (await mailsOf(text)).map(subjectOf);

  assert.deepEqual(await subjects(report(closed, up)), []);

  const [first = '', ...none] = await mailsOf(report(closed, silent));
  assert.equal(subjectOf(first), '[ALERT test] devnet.node1: rqlite of node1 does not answer');
  assert.deepEqual(none, []);
  const rqlite = 'red:fleet-alert:devnet.node1:rqlite-responding:node1';
  assert.ok(first.includes(`ops-monitor ack ${rqlite} --reason`), first);
  await run('ack', rqlite, '--reason', 'known');

  // A second alert of the node is mailed though the first one is acknowledged.
  const second = await mailsOf(report(open, silent));
  assert.deepEqual(second.map(subjectOf), ['[ALERT test] devnet.node1: the firewall of node1 is inactive']);
  assert.match(second[0] ?? '', /Also not well:\s+red +devnet\.node1: rqlite of node1 does not answer/);

  const down = await mailsOf(undefined);
  assert.deepEqual(down.map(subjectOf), [
    '[ALERT test] devnet.node1: node1 does not report: it refuses the connection: is sshd running?',
  ]);
  // What was wrong with the node before follows from that: it is not listed beside.
  assert.match(down[0] ?? '', /Nothing else is red or unknown/);
  const { observations } = JSON.parse(await run('assess-health', '--json')) as {
    observations: { id: string; level: string }[];
  };
  assert.deepEqual(
    observations.flatMap(({ id, level }) => (/^fleet-alert:devnet.node1/.test(id) ? [`${level} ${id}`] : [])),
    [
      'red fleet-alert:devnet.node1',
      'unknown fleet-alert:devnet.node1:rqlite-responding:node1',
      'unknown fleet-alert:devnet.node1:ufw:node1',
      'green fleet-alert:devnet.node1:others',
    ],
  );

  assert.match(
    await run('explain', 'fleet-alert:devnet.node1:ufw:node1'),
    /level +unknown[^]*cause +fleet-alert:devnet\.node1: devnet\.node1: node1 does not report/,
  );
  assert.match(await run('explain', 'fleet-alert:devnet.node1'), /costs +2 more observations, unknown because of it/);

  // It is back, and one of the two is mended: that ends, and the other goes on without a mail.
  const [back = '', ...others] = await mailsOf(report(closed, silent));
  assert.match(subjectOf(back), /^\[ENDED test \+1\] devnet\.node1: /);
  assert.deepEqual(others, []);
  assert.match(back, /OK +red:fleet-alert:devnet\.node1:ufw:node1\s+devnet\.node1: over since .*: the firewall/);
  assert.match(back, /OK +red:fleet-alert:devnet\.node1\s+devnet\.node1 reports/);

  const explained = await run('explain', 'fleet-alert:devnet.node1:rqlite-responding:node1');
  assert.match(explained, /clears +when rqlite of node1 answers$/m);
  assert.match(explained, /read +fleet\.devnet\.node1, at .*: ok[^]*"message": "rqlite of node1 does not answer"/);
  assert.match(await run('explain', 'fleet-alert:devnet.node1'), /limit +reports$/m);

  assert.deepEqual(await subjects(report(closed, up)), ['[ENDED test] devnet.node1: rqlite of node1 does not answer']);
  assert.deepEqual(await subjects(report(closed, up)), []);
});
