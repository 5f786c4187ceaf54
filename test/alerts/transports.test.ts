// The mail programs: what mailx and sendmail are asked, and how their answers are understood.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import test, { describe } from 'node:test';
import { transports } from '../../lib/alerts/transports/index.ts';
import { mailx } from '../../lib/alerts/transports/mailx.ts';
import { sendmail } from '../../lib/alerts/transports/sendmail.ts';
import { smtp } from '../../lib/alerts/transports/smtp.ts';
import { NotSetUp, Unconfigured } from '../../lib/contract/errors.ts';
import type { Transport } from '../../lib/contract/mail.ts';
import type { Outside, RunResult, RunOptions } from '../../lib/contract/outside.ts';
import { addresses, mail } from './letter.ts';
import { verdictOf } from './send-site.ts';

const [a, b, c] = addresses;

interface There {
  readonly environment?: Record<string, string>;
  /** Paths, and where they lead. */
  readonly links?: Record<string, string>;
  /** What we may read, and what is in it. */
  readonly files?: Record<string, string>;
  readonly run?: (argv: readonly string[], options: RunOptions) => Partial<RunResult>;
}

function outsideOf({ environment = {}, links = {}, files = {}, run = () => ({}) }: There): Outside {
  return {
    environment: { HOME: '/home/ops', ...environment },
    run: async (argv, options) => ({ exit_code: 0, stdout: '', stderr: '', ...run(argv, options) }),
    find: (program) => Object.keys(links).find((path) => basename(path) === program),
    realpath: (path) => links[path],
    readable: (path) => path in files,
    readText: (path) => files[path] ?? assert.fail(`ENOENT: ${path}`),
    smtp: async () => assert.fail('no server was to be asked'),
    greet: async () => assert.fail('no server was to be asked'),
    request: async () => assert.fail('nobody was to be asked'),
    secret: (name) => ({ missing: name }),
  };
}

const msmtp = { '/usr/sbin/sendmail': '/usr/bin/msmtp' };
const bsd = { '/usr/bin/bsd-mailx': '/usr/bin/bsd-mailx', '/usr/bin/mailx': '/usr/bin/bsd-mailx' };
const exim = { '/usr/sbin/sendmail': '/usr/sbin/exim4' };
const configured = { '/etc/msmtprc': '' };
const pretended = 'using account default\nhost = relay.example.org\nport = 587\npasswordeval = echo hunter2\n';

describe('alerts/transports', () => {
  test('`auto` tries the transports in order, and each is in the file of its name', () => {
    assert.deepEqual(
      transports.mail.map(({ name }) => name),
      ['mailx', 'sendmail', 'smtp'],
    );
    const files = readdirSync(join(import.meta.dirname, '..', '..', 'lib', 'alerts', 'transports'));
    const named = transports.mail.map(({ name }) => `${name}.ts`);
    assert.deepEqual(files.sort(), ['index.ts', 'webhook.ts', ...named].sort());
  });

  test('`ready` says what a usable transport uses, and what to do about an unusable one', async () => {
    const login = { HOST: 'mx', USER: 'ops' };
    const smtpWith = (settings: Record<string, string>, files: Record<string, string> = {}, more = {}): There => {
      const named = Object.entries(settings).map(([name, value]) => [`OPS_ALERT_SMTP_${name}`, value]);
      return { environment: { ...Object.fromEntries(named), ...more }, files };
    };
    const cases: [transport: Transport, There, RegExp][] = [
      [mailx, {}, /^no: there is no mailx: install bsd-mailx$/],
      [mailx, { links: bsd }, /^no: there is no sendmail .*install msmtp-mta/],
      [
        mailx,
        { links: { ...bsd, '/opt/bin/sendmail': '/opt/bin/sendmail' } },
        /^no: mailx needs \/usr\/sbin\/sendmail/,
      ],
      [
        mailx,
        { links: { ...bsd, ...msmtp } },
        /^no: msmtp has no configuration that we may read: write .*\.msmtprc or /,
      ],
      [
        mailx,
        { links: { ...bsd, ...msmtp }, files: configured },
        /^yes: \/usr\/bin\/bsd-mailx over \/usr\/sbin\/sendmail, which is msmtp with \/etc\/msmtprc, by relay.*:587$/,
      ],
      [
        mailx,
        { links: { ...bsd, ...msmtp }, files: { '/etc/msmtp/msmtprc': '' } },
        /^no: mailx cannot tell msmtp to read \/etc\/msmtp\/msmtprc; the transport sendmail does/,
      ],
      [
        mailx,
        { links: { ...bsd, ...msmtp }, files: { '/x': '' }, environment: { OPS_ALERT_MSMTP_CONFIG: '/x' } },
        /^no: mailx cannot tell msmtp to read \/x;/,
      ],
      [
        mailx,
        { links: { '/usr/bin/mailx': '/usr/bin/s-nail' }, run: () => ({ stdout: 's-nail v14.9.24' }) },
        /^no: \/usr\/bin\/mailx is s-nail, whose options mean other things: install bsd-mailx/,
      ],
      [mailx, { links: { ...bsd, ...exim } }, /^yes: .* which is exim4 and may queue: whether a mail then leaves/],
      [sendmail, {}, /^no: there is no sendmail/],
      [
        sendmail,
        { links: { '/usr/bin/msmtp': '/usr/bin/msmtp' }, files: configured },
        /^yes: \/usr\/bin\/msmtp, which/,
      ],
      [sendmail, { links: exim }, /^yes: \/usr\/sbin\/sendmail, which is exim4/],
      [sendmail, { links: msmtp }, /^no: msmtp has no configuration that we may read/],
      [sendmail, { links: msmtp, files: { '/home/ops/.msmtprc': '' } }, /^yes: .* with \/home\/ops\/\.msmtprc/],
      [
        sendmail,
        { links: msmtp, files: { '/home/ops/.config/msmtp/config': '' } },
        /^yes: .* with \/home\/ops\/\.config/,
      ],
      [
        sendmail,
        { links: msmtp, files: { '/xdg/msmtp/config': '' }, environment: { XDG_CONFIG_HOME: '/xdg' } },
        /^yes: .* with \/xdg\/msmtp\/config/,
      ],
      [sendmail, { links: msmtp, files: { '/etc/msmtp/msmtprc': '' } }, /^yes: .* with \/etc\/msmtp\/msmtprc/],
      [
        sendmail,
        { links: msmtp, files: configured, environment: { OPS_ALERT_MSMTP_CONFIG: '/gone' } },
        /^no: OPS_ALERT_MSMTP_CONFIG names \/gone, which is not there or not ours to read/,
      ],
      [
        sendmail,
        // A wrapper shows only by what it says.
        {
          links: { '/usr/sbin/sendmail': '/usr/local/bin/wrapper' },
          run: () => ({ stdout: 'msmtp version 1.8.23\n' }),
        },
        /^no: msmtp has no configuration/,
      ],
      [
        sendmail,
        {
          links: msmtp,
          files: configured,
          run: () => ({ exit_code: 78, stderr: "sendmail: cannot read output of 'echo hunter2 | false'\n" }),
        },
        /^no: msmtp cannot use \/etc\/msmtprc: cannot read the output of passwordeval$/,
      ],
      [smtp, {}, /^no: OPS_ALERT_SMTP_HOST is not set/],
      [smtp, smtpWith({ HOST: 'mx' }), /^yes: mx:25, STARTTLS if it is offered, no login$/],
      [smtp, smtpWith({ ...login, PASSWORD: 'hunter2' }), /^yes: mx:587, STARTTLS, as ops$/],
      [smtp, smtpWith({ ...login, PASSWORD: 'hunter2', PORT: '465' }), /465, TLS,/],
      [smtp, smtpWith({ ...login, PASSWORD: 'x', TLS: 'none' }), /25, no encryption/],
      [smtp, smtpWith(login), /^no: OPS_ALERT_SMTP_USER is set, but no password: /],
      [smtp, smtpWith(login, { '/run/c/smtp-password': 'hunter2\n' }, { CREDENTIALS_DIRECTORY: '/run/c' }), /^yes: /],
      [smtp, smtpWith({ ...login, PASSWORD_FILE: '/p' }), /^no: the password file \/p cannot be read: ENOENT/],
      [smtp, smtpWith({ ...login, PASSWORD_FILE: '/p' }, { '/p': '\n' }), /^no: .* is empty/],
      [smtp, smtpWith({ HOST: 'mx', PASSWORD: 'hunter2' }), /^no: OPS_ALERT_SMTP_PASSWORD is set, but not .*_USER/],
      [smtp, smtpWith({ HOST: 'mx', PORT: 'smtp' }), /^no: .*PORT is "smtp": expected a port/],
      [smtp, smtpWith({ HOST: 'mx', TLS: 'ssl' }), /^no: .* expected tls, starttls/],
    ];
    assert.ok(cases.length >= 30);
    for (const [transport, there, expected] of cases) {
      const ready = await transport.ready(outsideOf({ run: () => ({ stdout: pretended }), ...there }));
      const words = ready.usable ? `yes: ${ready.uses}` : `no: ${ready.missing}`;
      assert.match(words, expected);
      assert.doesNotMatch(words, /hunter2/);
      // What is not there is not tried either, and says the same.
      if (words.startsWith('no: ') && !words.includes('cannot use'))
        await assert.rejects(
          transport.send(mail, [a], outsideOf({ run: () => ({ stdout: pretended }), ...there })),
          new (transport === smtp && !words.includes('HOST is not set') ? Unconfigured : NotSetUp)(words.slice(4)),
        );
    }
  });

  test('sendmail gets the message unchanged, and msmtp the configuration that it would not find', async () => {
    const calls: [argv: readonly string[], options: RunOptions][] = [];
    const run: There['run'] = (...call) => (calls.push(call), {});
    const receipt = await sendmail.send(mail, [a, b], outsideOf({ links: msmtp, files: configured, run }));
    assert.deepEqual(receipt, { accepted: [a, b], refused: [], words: '/usr/sbin/sendmail took it' });
    await sendmail.send(mail, [a], outsideOf({ links: msmtp, files: { '/etc/msmtp/msmtprc': '' }, run }));
    assert.deepEqual(
      calls.map(([argv]) => argv.join(' ')),
      [
        `/usr/sbin/sendmail -i -f ops@example.org -- ${a} ${b}`,
        `/usr/sbin/sendmail -C /etc/msmtp/msmtprc -i -f ops@example.org -- ${a}`,
      ],
    );
    for (const [, { input, env, seconds }] of calls)
      assert.deepEqual([input, env, seconds], [mail.raw, { LC_ALL: 'C' }, 30]);
  });

  test('mailx gets only the headers that it does not write itself', async () => {
    const calls: [argv: readonly string[], options: RunOptions][] = [];
    const outside = outsideOf({
      links: { ...bsd, ...msmtp },
      files: configured,
      run: (...call) => (calls.push(call), {}),
    });
    assert.deepEqual(await mailx.send(mail, [a, b], outside), {
      accepted: [a, b],
      refused: [],
      words: '/usr/bin/bsd-mailx took it',
    });
    assert.deepEqual(calls, [
      [
        [
          '/usr/bin/bsd-mailx',
          '-n',
          ...option('-a', 'Message-ID: <a.1@vm>'),
          ...option('-a', 'Auto-Submitted: auto-generated'),
          ...option('-a', 'Content-Type: text/plain; charset=utf-8'),
          ...option('-a', 'Content-Transfer-Encoding: quoted-printable'),
          ...option('-r', 'ops@example.org'),
          ...option('-s', '=?UTF-8?Q?=C3=9Cber?= =?UTF-8?Q?hitzung?='),
          '--',
          a,
          b,
        ],
        {
          input: '=C3=9Cber: 45 C\n\n.\n',
          env: { MAILRC: '/dev/null', DEAD: '/dev/null', LC_ALL: 'C.UTF-8' },
          seconds: 30,
        },
      ],
    ]);
  });

  const option = (name: string, value: string): string[] => [name, value];
  const lastLine = (code: number): string => `Can't send mail: sendmail process failed with error code ${code}\n`;

  test('mailx gets the header for 7 bit in a multipart mail, in place of its own 8bit', async () => {
    let argv: readonly string[] = [];
    const run: There['run'] = (given) => ((argv = given), {});
    const raw = 'Subject: x\r\nContent-Type: multipart/alternative;\r\n boundary="-"\r\n\r\n---\r\n';
    await mailx.send({ ...mail, raw }, [a], outsideOf({ links: { ...bsd, ...msmtp }, files: configured, run }));
    assert.deepEqual(argv.slice(2, 6), [
      ...option('-a', 'Content-Type: multipart/alternative; boundary="-"'),
      ...option('-a', 'Content-Transfer-Encoding: 7bit'),
    ]);
  });

  test('an exit code decides: retry, refusal or misconfiguration', async () => {
    const cases: [Partial<RunResult>, 'later' | 'refused' | 'setup', RegExp][] = [
      [
        { exit_code: 75, stderr: 'sendmail: cannot connect to relay, port 25: Connection refused\n' },
        'later',
        /code 75: cannot connect to relay/,
      ],
      [{ exit_code: 74 }, 'later', /code 74: it said nothing/],
      [{ exit_code: 69, stderr: 'sendmail: server message: 451 later\n' }, 'later', /451 later/],
      [
        {
          exit_code: 69,
          stderr: 'sendmail: the server did not accept the mail\nsendmail: server message: 554 5.7.1 spam\n',
        },
        'refused',
        /did not accept the mail; server message: 554 5\.7\.1 spam$/,
      ],
      [
        { exit_code: 76, stderr: 'msmtp: server message: 500 AUTH PLAIN AGh1bnRlcjI= is not known\n' },
        'later',
        /500 AUTH PLAIN … is not known$/,
      ],
      [
        {
          exit_code: 74,
          stderr: 'msmtp: server message: 535 AGEAaHVudGVyMg== (aHVudGVyMnhY): BadCredentials at example.org\n',
        },
        'later',
        /535 … \(…\): BadCredentials at example\.org$/,
      ],
      [{ exit_code: 68 }, 'later', /code 68/],
      [{ exit_code: 71 }, 'later', /code 71/],
      [{ exit_code: 1 }, 'later', /code 1/],
      [{ exit_code: 65, stderr: 'sendmail: server message: 550 5.1.1 nobody\n' }, 'refused', /550 5\.1\.1 nobody/],
      [
        {
          exit_code: 65,
          stderr:
            'sendmail: envelope from address ops@x not accepted by the server\nsendmail: server message: 553 5.1.8 no such domain\n',
        },
        'setup',
        /553 5\.1\.8/,
      ],
      [{ exit_code: 67 }, 'refused', /code 67/],
      [{ exit_code: 64 }, 'refused', /code 64/],
      [{ exit_code: 77, stderr: 'sendmail: authentication failed (method PLAIN)\n' }, 'setup', /authentication failed/],
      [{ exit_code: 78 }, 'setup', /code 78/],
      [
        { exit_code: undefined, ending: { words: 'ended after 30 s without a result', wasRunning: true } },
        'later',
        /not get through: ended after 30 s/,
      ],
    ];
    assert.ok(cases.length >= 14);
    for (const [ran, verdict, words] of cases) {
      const there = { links: { ...bsd, ...msmtp }, files: configured };
      const direct = sendmail.send(mail, [a], outsideOf({ ...there, run: () => ran }));
      const code = ran.exit_code;
      const said = code === undefined ? ran : { exit_code: 1, stderr: `${ran.stderr ?? ''}${lastLine(code)}` };
      const through = mailx.send(mail, [a], outsideOf({ ...there, run: () => said }));
      for (const sent of [direct, through])
        await assert.rejects(sent, (error: Error) => {
          assert.equal(verdictOf(error), verdict, error.message);
          assert.match(error.message, words);
          assert.doesNotMatch(error.message, /sendmail process failed|\n/);
          return true;
        });
    }
  });

  test('a refused recipient does not affect the others, and nobody gets a duplicate', async () => {
    const sent: string[][] = [];
    /** msmtp: all or none. */
    const taking = (codes: Record<string, number>, links: Record<string, string> = msmtp): Outside =>
      outsideOf({
        links,
        files: configured,
        run: (argv) => {
          if (argv.includes('--version')) return {};
          const to = argv.slice(argv.indexOf('--') + 1);
          const code = Math.max(...to.map((address) => codes[address] ?? 0));
          sent.push(to);
          return { exit_code: code, stderr: code === 0 ? '' : `code ${code}` };
        },
      });
    const tried = async (codes: Record<string, number>, links?: Record<string, string>) => {
      sent.length = 0;
      const result = await sendmail
        .send(mail, [a, b, c], taking(codes, links))
        .catch((error: Error) => `${error.name}: ${error.message}`);
      return { result, sent: sent.map((to) => to.join(' ')) };
    };
    const all = `${a} ${b} ${c}`;

    assert.deepEqual(await tried({ [b]: 65 }), {
      result: { accepted: [a, c], refused: [{ address: b, permanent: true, words: 'code 65' }], words: 'code 65' },
      sent: [all, a, b, c],
    });
    const greylisted = await tried({ [b]: 69, [c]: 65 });
    assert.deepEqual(greylisted.result, {
      accepted: [a],
      refused: [
        { address: b, permanent: false, words: 'code 69' },
        { address: c, permanent: true, words: 'code 65' },
      ],
      words: 'code 69',
    });
    // What is true of all is thrown.
    const [every, away] = [
      { [a]: 65, [b]: 65, [c]: 67 },
      { [a]: 75, [b]: 75, [c]: 75 },
    ];
    assert.match(JSON.stringify(await tried(every)), /"Refused: .*code 67/);
    assert.deepEqual(await tried(away), {
      result: 'Error: /usr/sbin/sendmail gave up with exit code 75: code 75',
      sent: [all],
    });
    // A real mail server may have taken it for some before it says no.
    assert.deepEqual((await tried({ [b]: 67 }, exim)).sent, [all]);
  });

  test('a server that disappears between recipients is not asked again for each of the rest', async () => {
    const sent: string[][] = [];
    const outside = outsideOf({
      links: msmtp,
      files: configured,
      run: (argv) => {
        const to = argv.slice(argv.indexOf('--') + 1);
        sent.push(to);
        return { exit_code: [65, 0, 75][sent.length - 1] ?? assert.fail('asked once more') };
      },
    });
    const { accepted, refused } = await sendmail.send(mail, [a, b, c], outside);
    assert.deepEqual(
      [accepted, refused.map(({ address, permanent }) => [address, permanent])],
      [
        [a],
        [
          [b, false],
          [c, false],
        ],
      ],
    );
    assert.equal(sent.length, 3);
  });

  // Straight to a server: over a real socket, on loopback.
});
