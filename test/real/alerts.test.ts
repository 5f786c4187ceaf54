// Alerts while the relay is down, silent, refusing or not configured, and afterwards: whole runs of send-alerts with each
// transport, to a real server.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { before, type TestContext } from 'node:test';
import type { Health } from '../../lib/health/files.ts';
import { serveMail as serveAnswers } from '../alerts/smtp-server.ts';
import { freePort } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';
import { type Manners, type Relay, serveMail, serveSilence } from './mail-server.ts';
import { arrivalsOf, type MailSite, mailSiteIn, tallyOf } from './mail-site.ts';
import { installPackages } from './packages.ts';

before(() => installPackages('bsd-mailx', 'msmtp', 'msmtp-mta'));

const password = 'hunter2-secret';
const login = { password };
const transports = ['mailx', 'sendmail', 'smtp', 'auto'] as const;

interface Row {
  readonly what: string;
  /** What listens on the port during the trouble: nobody, a server that never answers, or a server with these manners. */
  readonly trouble: 'nobody' | 'silence' | Manners;
  /** The transport is configured only after the trouble. */
  readonly unconfigured?: boolean;
  /** The manners of the server afterwards. */
  readonly relay?: Manners;
  readonly minutesBetween?: number;
  /** How many mails wait meanwhile, and the reasons in the log. */
  readonly waiting: number;
  readonly words: Readonly<Record<(typeof transports)[number], RegExp>> | RegExp;
  /** Recipients who have all mails in the end; both by default. */
  readonly good?: readonly string[];
  readonly dead?: number;
}

const refusing = (words: string, ...names: string[]): Manners => ({
  ...login,
  recipients: Object.fromEntries(names.map((name) => [name, words])),
});

const rows: readonly Row[] = [
  { what: 'the relay is down', trouble: 'nobody', waiting: 3, words: /Connection refused|ECONNREFUSED/ },
  {
    what: 'the relay says 451 to every recipient',
    trouble: refusing('451 4.7.1 come back later', 'anna', 'bert'),
    waiting: 3,
    words: /451 4\.7\.1 come back later/,
  },
  {
    what: 'the relay says 452 to every mail',
    trouble: { ...login, mail: '452 4.3.1 disk full' },
    waiting: 3,
    words: /452 4\.3\.1 disk full/,
  },
  {
    what: 'the relay turns everybody away at the door',
    trouble: { door: '421 4.3.2 not now' },
    waiting: 3,
    words: /421 4\.3\.2 not now/,
  },
  {
    what: 'the relay accepts the connection and says nothing',
    trouble: 'silence',
    // Without time between the runs not all mails are due in each: every due mail waits for its timeout.
    minutesBetween: 0,
    waiting: 3,
    words: /timed out|Greeting never received|no answer within|without a result/i,
  },
  { what: 'the password is wrong', trouble: { password: 'another' }, waiting: 3, words: /535 5\.7\.8 who are you/ },
  {
    what: 'nothing is set up',
    trouble: 'nobody',
    unconfigured: true,
    waiting: 3,
    words: {
      mailx: /mailx: msmtp has no configuration that we may read/,
      sendmail: /sendmail: msmtp has no configuration that we may read/,
      smtp: /OPS_ALERT_SMTP_HOST is not set/,
      auto: /mailx: msmtp has no configuration.*sendmail: msmtp has no configuration.*smtp: OPS_ALERT_SMTP_HOST is not set/,
    },
  },
  {
    what: 'one of two recipients is unknown, for good',
    trouble: refusing('550 5.1.1 nobody here', 'bert'),
    relay: refusing('550 5.1.1 nobody here', 'bert'),
    good: ['anna'],
    waiting: 0,
    words: /550 5\.1\.1 nobody here/,
    dead: 4,
  },
  {
    what: 'every recipient is unknown, for good',
    trouble: refusing('550 5.1.1 nobody here', 'anna', 'bert'),
    good: [],
    waiting: 0,
    words: /550 5\.1\.1 nobody here/,
    dead: 4,
    relay: refusing('550 5.1.1 nobody here', 'anna', 'bert'),
  },
  {
    what: 'one of two recipients is put off',
    trouble: refusing('450 4.2.1 mailbox busy', 'bert'),
    waiting: 3,
    words: /450 4\.2\.1 mailbox busy/,
  },
];

/** Disk usages during the trouble and afterwards, in which alerts begin and end. */
const troubled = [
  { data: 91, home: 20 },
  { data: 92, home: 95 },
  { data: 20, home: 95 },
] as const;
const afterwards = [
  { data: 20, home: 95 },
  { data: 20, home: 10 },
  { data: 20, home: 10 },
] as const;
const news = ['ALERT storage:data', 'ALERT storage:home', 'OK storage:data', 'OK storage:home'];

async function delivery(site: MailSite): Promise<{ level: string; message: string }> {
  const { status, stderr } = await site.run('assess-health');
  assert.equal(status, 0, stderr);
  const { observations } = JSON.parse(readText(join(site.state, 'health', 'latest_health.json'))) as Health;
  return observations.find(({ id }) => id === 'mail-delivery:outbox') ?? assert.fail('health says nothing of mail');
}

function configure(site: MailSite, port: number, transport: string): void {
  site.writeMsmtprc(port, `timeout 2\nauth plain\nuser ops\npassword ${password}`);
  site.sendTo(port, {
    OPS_ALERT_TRANSPORT: transport,
    OPS_ALERT_SMTP_USER: 'ops',
    OPS_ALERT_SMTP_PASSWORD: password,
    OPS_ALERT_SMTP_TLS: 'none',
  });
}

const reasonsIn = (site: MailSite): string => {
  const log = readText(site.files().find((path) => path.endsWith('alerts.jsonl')) ?? assert.fail('there is no log'));
  const lines = log
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; message: string });
  return lines.flatMap(({ kind, message }) => (['failed', 'dead'].includes(kind) ? [message] : [])).join('\n');
};

async function playRow(t: TestContext, row: Row, transport: (typeof transports)[number]): Promise<void> {
  const says = `${row.what}, by ${transport}`;
  const { trouble, minutesBetween = 5 } = row;
  const port = await freePort();
  const manners = typeof trouble === 'string' ? undefined : trouble;
  const bad = manners ? await serveMail(t, { ...manners, port }) : undefined;
  const silent = trouble === 'silence' ? await serveSilence(t, port) : undefined;
  const site = mailSiteIn(temporaryFolder(t), {
    configuration: 'alerts: { to: [anna@example.org, bert@example.org] }',
  });
  site.environment['OPS_ALERT_TRANSPORT'] = transport;
  if (!row.unconfigured) configure(site, port, transport);

  for (const sees of troubled) {
    site.look(sees);
    const { status, problems, stderr } = await site.run('send-alerts');
    assert.equal(status, 0, `${says}: ${stderr}`);
    if (row.waiting > 0) assert.match(problems.join(), /could not be delivered/, says);
    site.pass(minutesBetween);
  }
  assert.equal(site.waiting().length, row.waiting, `${says}: ${reasonsIn(site)}`);
  const meanwhile = await delivery(site);
  assert.equal(meanwhile.level, 'red', `${says}: ${meanwhile.message}`);
  assert.match(reasonsIn(site), row.words instanceof RegExp ? row.words : row.words[transport], says);

  // The relay works again, or the transport is configured.
  await Promise.all([bad?.close(), silent?.close()]);
  const relay: Relay = await serveMail(t, { ...login, ...row.relay, port });
  if (row.unconfigured) configure(site, port, transport);
  for (const sees of afterwards) {
    site.pass(16);
    site.look(sees);
    const { status, stderr } = await site.run('send-alerts');
    assert.equal(status, 0, `${says}: ${stderr}`);
  }
  assert.deepEqual(site.waiting(), [], says);
  const found = tallyOf(arrivalsOf([...(bad?.received ?? []), ...relay.received]));
  const { good = ['anna', 'bert'] } = row;
  assert.deepEqual(
    found,
    Object.fromEntries(good.flatMap((name) => news.map((one) => [`${name} ${one}`, { times: 1, ids: 1 }]))),
    says,
  );
  assert.equal(site.dead().length, row.dead ?? 0, says);
  if (row.dead !== undefined) {
    const aside = await delivery(site);
    assert.deepEqual([aside.level, aside.message], ['red', `${row.dead} mails could never be delivered`], says);
    // A person has removed the dead letters.
    const folder = join(dirname(site.files().find((path) => path.endsWith('state.json')) ?? ''), 'outbox', 'dead');
    for (const name of readdirSync(folder)) rmSync(join(folder, name));
    site.look(afterwards[2]);
    await site.run('send-alerts');
  }
  const end = await delivery(site);
  assert.deepEqual([end.level, end.message], ['green', 'every mail was delivered'], says);
  t.diagnostic(`${says}: ${relay.received.length + (bad?.received.length ?? 0)} mails, each once`);
}

for (const row of rows) {
  test(`alerts begin and end while ${row.what}: afterwards every recipient has each mail once, and health is green`, async (t) => {
    await Promise.all(transports.map((transport) => playRow(t, row, transport)));
  });
}

test('a mail that the relay takes without an answer arrives at most twice, under one id', async (t) => {
  await Promise.all(
    transports.map(async (transport) => {
      const silent = await serveAnswers(t, { 'DATA.': '' });
      const site = mailSiteIn(temporaryFolder(t), { configuration: 'alerts: { to: [anna@example.org] }' });
      configure(site, silent.port, transport);
      site.look({ data: 91 });
      await site.run('send-alerts');
      const relay = await serveMail(t, login);
      configure(site, relay.port, transport);
      for (const minutes of [5, 5]) {
        site.pass(minutes);
        site.look({ data: 91 });
        const { status, problems } = await site.run('send-alerts');
        assert.deepEqual([status, problems], [0, []], transport);
      }
      const taken = silent.lines.flatMap((line) => /^Message-ID: (\S+)/i.exec(line)?.[1] ?? []);
      const arrived = arrivalsOf(relay.received).map(({ message_id }) => message_id);
      assert.deepEqual([taken.length, arrived.length, new Set([...taken, ...arrived]).size], [1, 1, 1], transport);
    }),
  );
});

test('a mail goes by another transport in its turn when the first never answers', async (t) => {
  const silent = await serveSilence(t);
  const relay = await serveMail(t, login);
  const site = mailSiteIn(temporaryFolder(t), { configuration: 'alerts: { to: [anna@example.org] }' });
  configure(site, silent.port, 'auto');
  site.environment['OPS_ALERT_SMTP_PORT'] = String(relay.port);
  for (let run = 0; run < 3; run++) {
    site.look({ data: 91 });
    await site.run('send-alerts');
    site.pass(5);
  }
  assert.deepEqual(tallyOf(arrivalsOf(relay.received)), { 'anna ALERT storage:data': { times: 1, ids: 1 } });
  assert.deepEqual(site.waiting(), []);
});
