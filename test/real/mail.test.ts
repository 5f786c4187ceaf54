// Mail through the programs that a machine really has: bsd-mailx and msmtp, to a real server on loopback.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, before, type TestContext } from 'node:test';
import MailComposer from 'nodemailer/lib/mail-composer';
import { mailx } from '../../lib/alerts/transports/mailx.ts';
import { sendmail } from '../../lib/alerts/transports/sendmail.ts';
import { smtp } from '../../lib/alerts/transports/smtp.ts';
import type { Mail, Transport } from '../../lib/contract/mail.ts';
import type { Outside } from '../../lib/contract/outside.ts';
import { makeOutside } from '../../lib/io/outside.ts';
import { verdictOf } from '../alerts/send-site.ts';
import { procFiles } from '../process.ts';
import { temporaryFolder } from '../world.ts';
import { type Manners, type Received, serveMail, serveSilence } from './mail-server.ts';
import { installPackages } from './packages.ts';

before(() => {
  installPackages('bsd-mailx', 'msmtp', 'msmtp-mta');
  for (const path of ['/etc/msmtprc', '/etc/msmtp/msmtprc'])
    assert.ok(!existsSync(path), `${path} is there: this test is for a machine without a way for mail of its own`);
});

const password = 'hunter2-secret';
const [a, b] = ['anna@example.org', 'bert@example.org'];

async function compose(more: object = {}): Promise<Mail> {
  const raw = await new MailComposer({
    from: 'Monitor für Aurora <ops@example.org>',
    to: [a, b],
    subject: 'ALERT Überhitzung am Mast – 47 °C, seit drei Stunden, und das ist ein langer Betreff 🌡',
    text: 'Größe: 47 °C\n.\n~!touch /tmp/never\nFrom hier\n\nlange Zeile '.padEnd(2000, 'ü') + '\nEnde',
    messageId: '<alert-1@vm.example.org>',
    inReplyTo: '<root-1@vm.example.org>',
    references: ['<root-1@vm.example.org>'],
    headers: {
      'Auto-Submitted': 'auto-generated',
      'List-Id': 'ops-monitor aurora <ops-monitor.aurora>',
      'X-Auto-Response-Suppress': 'All',
    },
    date: new Date('2026-11-20T03:00:00Z'),
    ...more,
  })
    .compile()
    .build();
  return { message_id: '<alert-1@vm.example.org>', from: 'ops@example.org', raw: raw.toString('latin1') };
}

/** A user with this ~/.msmtprc, or without one. */
function userWith(t: TestContext, config?: string, environment: Record<string, string> = {}): Outside {
  const folder = temporaryFolder(t);
  if (config !== undefined) writeFileSync(join(folder, '.msmtprc'), config, { mode: 0o600 });
  // As in a unit: no LANG, no USER.
  return makeOutside({ PATH: '/usr/bin:/bin', HOME: folder, ...environment });
}

/** Living processes with this user's home. */
const programsOf = ({ environment }: Outside): number[] =>
  procFiles('environ').flatMap(({ pid, text }) => (text.includes(`HOME=${environment['HOME']} `) ? [pid] : []));

const configOf = (port: number, more = ''): string => `account default\nhost 127.0.0.1\nport ${port}\n${more}\n`;

const loginAs = (word: string): string => `auth plain\nuser ops\npassword ${word}\n`;

type Verdict = ReturnType<typeof verdictOf>;

/** Header lines by name, unfolded. */
function readMail(raw: string): { headers: Map<string, string[]>; body: string } {
  const end = raw.indexOf('\r\n\r\n');
  const headers = new Map<string, string[]>();
  for (const line of raw
    .slice(0, end)
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? assert.fail(`no header: ${line}`);
    headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), value]);
  }
  return { headers, body: raw.slice(end + 4) };
}

/** The composed mail has arrived: each header once and unchanged, the body byte by byte. */
function assertArrived(received: Received | undefined, mail: Mail, to: readonly string[]): void {
  assert.ok(received);
  assert.equal(received.from, mail.from);
  assert.deepEqual(received.to, to);
  const [was, is] = [readMail(mail.raw), readMail(received.raw)];
  assert.equal(is.body.trimEnd(), was.body.trimEnd());
  for (const [name, values] of is.headers) assert.equal(values.length, 1, `${name}: ${values.join(' | ')}`);
  // mailx writes these two itself: From without a name, To from those it is given.
  for (const [name, values] of was.headers)
    if (!['from', 'to'].includes(name)) assert.deepEqual(is.headers.get(name), values, name);
  assert.match(is.headers.get('from')?.[0] ?? '', /ops@example\.org/);
  for (const address of to) assert.ok(is.headers.get('to')?.[0]?.includes(address), address);
  // A mail of several parts has none, and mailx must have one.
  if (!was.headers.has('content-transfer-encoding'))
    assert.ok(['7bit', undefined].includes(is.headers.get('content-transfer-encoding')?.[0]));
  const added = [...is.headers.keys()].filter((name) => !was.headers.has(name));
  assert.deepEqual(
    added.filter((name) => name !== 'content-transfer-encoding'),
    [],
    'headers that nobody composed',
  );
}

const local: readonly Transport[] = [mailx, sendmail];

describe('real/mail', () => {
  test('a mail arrives as it was composed, plain, with HTML beside it or with a picture attached', async (t) => {
    const { port, received } = await serveMail(t);
    const outside = userWith(t, configOf(port), {
      OPS_ALERT_SMTP_HOST: '127.0.0.1',
      OPS_ALERT_SMTP_PORT: String(port),
    });
    const mails = [
      await compose(),
      await compose({ html: '<p>Größe: <b>47 °C</b>, 🌡</p>' }),
      await compose({ text: '' }),
      await compose({
        html: '<p>47 °C</p>',
        attachments: [{ filename: 'a.png', content: randomBytes(20_000), contentDisposition: 'inline' }],
      }),
    ];
    let arrived = 0;
    for (const transport of [...local, smtp]) {
      for (const mail of mails) {
        const ready = await transport.ready(outside);
        assert.ok(ready.usable && ready.uses.includes(`127.0.0.1:${port}`), JSON.stringify(ready));
        const receipt = await transport.send(mail, [a, b], outside);
        assert.deepEqual([receipt.accepted, receipt.refused], [[a, b], []]);
        assertArrived(received[arrived], mail, [a, b]);
        arrived += 1;
      }
    }
    assert.equal(received.length, 12);
  });

  interface Case {
    readonly what: string;
    readonly manners?: Manners;
    /** In place of a server: port 1, where nobody listens, or a server that never answers. */
    readonly port?: 1 | 'silent';
    readonly config?: (port: number) => string | undefined;
    readonly seconds?: number;
    readonly verdict: Verdict;
    readonly words: RegExp;
  }

  const cases: readonly Case[] = [
    {
      what: 'relay down',
      port: 1,
      verdict: 'later',
      words: /code 75: cannot connect to 127\.0\.0\.1, port 1: Connection refused/,
    },
    {
      what: 'no banner',
      port: 'silent',
      config: (port) => configOf(port, 'timeout 1'),
      verdict: 'later',
      words: /code 74: .*timed out/,
    },
    {
      what: 'no banner, and no timeout in msmtp',
      port: 'silent',
      seconds: 1,
      verdict: 'later',
      words: /did not get through: ended after 1 s without a result/,
    },
    {
      what: 'nobody of that name',
      manners: { recipients: { anna: '550 5.1.1 nobody here' } },
      verdict: 'refused',
      words: /code 65: .*550 5\.1\.1 nobody here/,
    },
    {
      what: 'greylisted',
      manners: { recipients: { anna: '451 4.7.1 come back later' } },
      verdict: 'later',
      words: /code 69: .*451 4\.7\.1 come back/,
    },
    {
      what: 'taken for spam',
      manners: { mail: '554 5.7.1 spam' },
      verdict: 'refused',
      words: /code 69: .*554 5\.7\.1 spam/,
    },
    {
      what: 'no room for it',
      manners: { mail: '452 4.3.1 disk full' },
      verdict: 'later',
      words: /code 69: .*452 4\.3\.1 disk full/,
    },
    {
      what: 'a sender that is not wanted',
      manners: { sender: '550 5.7.1 not you' },
      verdict: 'setup',
      words: /code 65: .*550 5\.7\.1 not you/,
    },
    {
      what: 'a sender that is not wanted now',
      manners: { sender: '451 4.7.1 not now' },
      verdict: 'later',
      words: /code 69: .*451 4\.7\.1 not now/,
    },
    {
      what: 'turned away at the door',
      manners: { door: '554 5.7.1 not today' },
      verdict: 'later',
      words: /code \d+: .*554 5\.7\.1 not today/,
    },
    {
      what: 'wrong password',
      manners: { password: 'another' },
      config: (port) => configOf(port, loginAs(password)),
      verdict: 'setup',
      words: /code 77: .*535 5\.7\.8 who are you/,
    },
    {
      what: 'TLS wanted and not offered',
      config: (port) => configOf(port, 'tls on'),
      verdict: 'later',
      words: /code 69: .*does not support TLS/,
    },
    {
      what: 'no configuration',
      config: () => undefined,
      verdict: 'absent',
      words: /msmtp has no configuration that we may read/,
    },
    {
      what: 'a configuration with an error',
      config: () => 'garbage\n',
      verdict: 'setup',
      words: /code 78: .*unknown command garbage/,
    },
    {
      what: 'no password to be had',
      config: (port) => configOf(port, `auth plain\nuser ops\npasswordeval "echo ${password} | false"`),
      verdict: 'setup',
      words: /code 78: .*cannot read the output of passwordeval/,
    },
  ];

  test('every failure of msmtp has its own reason, and none of them contains the password', async (t) => {
    assert.ok(cases.length >= 15);
    for (const one of cases) {
      const port =
        one.port === 'silent' ? (await serveSilence(t)).port : (one.port ?? (await serveMail(t, one.manners)).port);
      const config = one.config ? one.config(port) : configOf(port);
      const user = userWith(t, config);
      const seconds = one.seconds;
      const outside: Outside =
        seconds === undefined ? user : { ...user, run: (argv, options) => user.run(argv, { ...options, seconds }) };
      for (const transport of local) {
        const failed = await transport.send(await compose(), [a], outside).then(
          () => assert.fail(`${one.what}: ${transport.name} says that it was sent`),
          (error: Error) => error,
        );
        t.diagnostic(`${one.what} | ${transport.name} | ${verdictOf(failed)} | ${failed.message}`);
        assert.equal(verdictOf(failed), one.verdict, `${one.what}, ${transport.name}: ${failed.message}`);
        assert.match(failed.message, one.words, `${one.what}, ${transport.name}`);
        assert.ok(!failed.message.includes(password), failed.message);
      }
      assert.deepEqual(programsOf(user), [], `${one.what} left a process`);
      assert.ok(!existsSync(join(user.environment['HOME'] ?? '', 'dead.letter')), `${one.what} left a dead.letter`);
    }
  });

  test('ready() finds an unusable configuration before there is a mail', async (t) => {
    for (const [config, words] of [
      [undefined, /no configuration that we may read/],
      ['garbage\n', /msmtp cannot use .*\.msmtprc: .*unknown command garbage/],
      [configOf(25, `auth on\nuser ops\npasswordeval "echo ${password} | false"`), /output of passwordeval/],
    ] as const) {
      for (const transport of local) {
        const ready = await transport.ready(userWith(t, config));
        assert.ok(!ready.usable);
        assert.match(ready.missing, words);
        assert.ok(!ready.missing.includes(password));
      }
    }
  });

  test('with one of two recipients refused, the other gets the mail once', async (t) => {
    for (const [words, permanent] of [
      ['550 5.1.1 nobody here', true],
      ['450 4.1.1 no such domain today', false],
    ] as const) {
      const { port, received } = await serveMail(t, { recipients: { bert: words } });
      const outside = userWith(t, configOf(port), {
        OPS_ALERT_SMTP_HOST: '127.0.0.1',
        OPS_ALERT_SMTP_PORT: String(port),
      });
      const mail = await compose();
      for (const transport of [...local, smtp]) {
        received.length = 0;
        const { accepted, refused } = await transport.send(mail, [a, b], outside);
        t.diagnostic(`one of two: ${words} | ${transport.name} | ${refused.map((one) => one.words).join()}`);
        assert.deepEqual([accepted, refused.map((one) => [one.address, one.permanent])], [[a], [[b, permanent]]]);
        assert.ok(refused[0]?.words.includes(words), refused[0]?.words);
        assert.equal(received.length, 1);
        assertArrived(received[0], mail, [a]);
      }
    }
  });

  test('a configuration outside of the places where msmtp looks is passed to msmtp', async (t) => {
    const { port, received } = await serveMail(t, { password });
    const config = configOf(port, loginAs(password));
    const elsewhere = join(temporaryFolder(t), 'relay.conf');
    writeFileSync(elsewhere, config, { mode: 0o600 });
    const debians = '/etc/msmtp/msmtprc';
    mkdirSync('/etc/msmtp', { recursive: true });
    t.after(() => rmSync('/etc/msmtp', { recursive: true }));

    for (const [path, environment] of [
      [elsewhere, { OPS_ALERT_MSMTP_CONFIG: elsewhere }],
      [debians, {}],
    ] as const) {
      if (path === debians) writeFileSync(debians, config, { mode: 0o600 });
      const outside = userWith(t, undefined, environment);
      const ready = await sendmail.ready(outside);
      assert.ok(ready.usable && ready.uses.includes(`msmtp with ${path}, by 127.0.0.1:${port}`), JSON.stringify(ready));
      received.length = 0;
      const mail = await compose();
      assert.deepEqual((await sendmail.send(mail, [a], outside)).accepted, [a]);
      assertArrived(received[0], mail, [a]);
      assert.equal(received[0]?.user, 'ops');
      const other = await mailx.ready(outside);
      assert.ok(!other.usable && other.missing.includes(`mailx cannot tell msmtp to read ${path}`));
    }
  });

  test('smtp encrypts where the server offers it, and does not trust a self-signed certificate', async (t) => {
    const { port, received } = await serveMail(t, { starttls: true, password });
    const open = { OPS_ALERT_SMTP_HOST: '127.0.0.1', OPS_ALERT_SMTP_PORT: String(port) };
    const login = { ...open, OPS_ALERT_SMTP_USER: 'ops', OPS_ALERT_SMTP_PASSWORD: password };
    const mail = await compose();
    const failing = async (environment: Record<string, string>): Promise<string> => {
      const failed = await smtp.send(mail, [a], makeOutside(environment)).catch((error: Error) => error);
      assert.ok(failed instanceof Error);
      assert.ok(!failed.message.includes(password), failed.message);
      t.diagnostic(`smtp | ${verdictOf(failed)} | ${failed.message}`);
      return `${verdictOf(failed)} ${failed.message}`;
    };
    assert.match(await failing(login), /^setup .*(self-signed|expired|altname|certificate)/i);
    assert.match(
      await failing({ ...login, OPS_ALERT_SMTP_TLS: 'none', OPS_ALERT_SMTP_PASSWORD: 'wrong' }),
      /^setup .*535/,
    );
    assert.match(await failing(open), /^setup .*530/);
    assert.equal(received.length, 0);
    await smtp.send(mail, [a], makeOutside({ ...login, OPS_ALERT_SMTP_TLS: 'none' }));
    assert.deepEqual([received[0]?.secure, received[0]?.user], [false, 'ops']);

    const encrypted = await serveMail(t, { tls: true });
    const direct = { ...open, OPS_ALERT_SMTP_PORT: String(encrypted.port), OPS_ALERT_SMTP_TLS: 'tls' };
    assert.match(await failing(direct), /^setup .*(self-signed|expired|altname|certificate)/i);

    const offering = await serveMail(t, { starttls: true });
    await smtp.send(mail, [a], makeOutside({ ...open, OPS_ALERT_SMTP_PORT: String(offering.port) }));
    assert.equal(offering.received[0]?.secure, true);
    assertArrived(offering.received[0], mail, [a]);
  });
});
