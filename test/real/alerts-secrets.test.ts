// The relay's password is in no file, argument, output or environment of another program, even if the server repeats it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, before, type TestContext } from 'node:test';
import { type Answers, serveMail as serveAnswers } from '../alerts/smtp-server.ts';
import { procFiles } from '../process.ts';
import { temporaryFolder } from '../world.ts';
import { type Moment, serveMail } from './mail-server.ts';
import { type Ended, type MailSite, mailSiteIn, modesOf } from './mail-site.ts';
import { installPackages } from './packages.ts';

before(() => installPackages('bsd-mailx', 'msmtp', 'msmtp-mta'));

const password = 'S3cret-hunter2';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const blob = base64(`\0ops\0${password}`);
const forms = [password, base64(password), blob].flatMap((form) => [form, form.replace(/=+$/, '')]);
const transports = ['mailx', 'sendmail', 'smtp'] as const;
const ways = ['plainly', 'in a file'] as const;

/** Runs a stage without a umask: files get exactly the modes that the stage asks for. */
const unmasked = ['sh', '-c', 'umask 000; exec "$@"', 'sh'];

function siteFor(t: TestContext, port: number, transport: string, way: (typeof ways)[number]): MailSite {
  const site = mailSiteIn(temporaryFolder(t), {
    configuration: 'alerts: { to: [anna@example.org, bert@example.org] }',
  });
  const file = join(site.home, 'password');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  const secret = way === 'plainly' ? `password ${password}` : `passwordeval "cat ${file}"`;
  site.writeMsmtprc(port, `timeout 5\nauth plain\nuser ops\n${secret}`);
  site.sendTo(port, {
    OPS_ALERT_TRANSPORT: transport,
    OPS_ALERT_SMTP_USER: 'ops',
    OPS_ALERT_SMTP_TLS: 'none',
    ...(way === 'plainly' ? { OPS_ALERT_SMTP_PASSWORD: password } : { OPS_ALERT_SMTP_PASSWORD_FILE: file }),
  });
  return site;
}

/** All files of the site but those of its home, where the password is kept. */
const filesBelow = (site: MailSite): { path: string; text: string }[] =>
  readdirSync(site.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(site.home))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, text: readFileSync(path, 'latin1') }));

function assertNowhere(site: MailSite, runs: readonly Ended[], says: string): void {
  const texts = [
    ...filesBelow(site),
    ...runs.flatMap(({ stdout, stderr }) => [
      { path: 'stdout', text: stdout },
      { path: 'stderr', text: stderr },
    ]),
  ];
  assert.ok(texts.some(({ path }) => path.endsWith('alerts.jsonl')) && texts.length >= 6, says);
  for (const { path, text } of texts)
    for (const form of forms) assert.ok(!text.includes(form), `${says}: ${path} has ${form}: ${text.slice(0, 2000)}`);
  assert.deepEqual(modesOf(site.files()), ['600'], `${says}: ${site.files().join(' ')}`);
}

/** Command line and environment of every process but this one. */
function processesNow(): { command: string; environment: string }[] {
  const environments = new Map(procFiles('environ').map(({ pid, text }) => [pid, text]));
  return procFiles('cmdline')
    .filter(({ pid }) => pid !== process.pid)
    .map(({ pid, text }) => ({ command: text, environment: environments.get(pid) ?? '' }));
}

describe('real/alerts-secrets', () => {
  test('an accepted password is in no argument, no other program’s environment, and no file', async (t) => {
    let looked = 0;
    const programs = new Set<string>();
    for (const transport of transports) {
      for (const way of ways) {
        const says = `${transport}, ${way}`;
        const watch = (moment: Moment): void => {
          if (!['connected', 'login', 'data', 'ended'].includes(moment)) return;
          looked += 1;
          for (const { command, environment } of processesNow()) {
            for (const form of forms) assert.ok(!command.includes(form), `${says}, ${moment}: ${command}`);
            const [program = ''] = /(bsd-mailx|msmtp|sendmail)/.exec(command) ?? [];
            if (program === '' || /\bnode\b/.test(command)) continue;
            programs.add(program);
            for (const form of forms)
              assert.ok(!environment.includes(form), `${says}, ${moment}: handed to ${command}`);
          }
        };
        const { port, received } = await serveMail(t, { password, watch });
        const site = siteFor(t, port, transport, way);
        site.look({ data: 91 });
        const runs = [
          await site.run('send-alerts', { prefix: unmasked }),
          await site.run('send-alerts', { argv: ['--check'] }),
          await site.run('send-alerts', { argv: ['--test'] }),
        ];
        assert.deepEqual(
          runs.map(({ status }) => status),
          [0, 0, 0],
          `${says}: ${runs.map(({ stdout, stderr }) => stdout + stderr).join('\n')}`,
        );
        assert.equal(received.length, 2, says);
        assert.equal(received[0]?.user, 'ops', says);
        assertNowhere(site, runs, says);
      }
    }
    assert.ok(looked >= 40, `only ${looked} looks`);
    assert.ok(programs.size >= 2, `seen while they spoke: ${[...programs].join()}`);
  });

  const echoes: readonly [what: string, answers: Answers][] = [
    ['a login that is repeated', { AUTH: `535 5.7.8 cannot take AUTH PLAIN ${blob}` }],
    ['a login that is repeated alone', { AUTH: `535 5.7.8 ${blob} is not known` }],
    ['its password that is repeated', { AUTH: `535 5.7.8 not (${base64(password)}) here` }],
    ['a login that was no command', { AUTH: `500 5.5.2 unrecognised: ${blob}` }],
    ['a login that is for later', { AUTH: `454 4.7.0 no directory for AUTH PLAIN ${blob}` }],
    ['a sender who is told how he came', { MAIL: `550 5.7.1 not for ${blob}` }],
    ['a recipient', { RCPT: `451 4.7.1 not for ${blob}` }],
    ['a mail', { 'DATA.': `554 5.7.1 not for ${base64(password)}` }],
    ['all that is said', { MAIL: `250 ok ${blob}`, RCPT: `250 ok ${blob}`, 'DATA.': `250 queued for ${blob}` }],
  ];

  test('the words of a server that repeats the login are quoted without the login, wherever they go', async (t) => {
    for (const transport of transports) {
      for (const [index, [what, answers]] of echoes.entries()) {
        const says = `${what}, by ${transport}`;
        const { port } = await serveAnswers(t, answers);
        const site = siteFor(t, port, transport, ways[index % 2] ?? 'plainly');
        site.look({ data: 91 });
        const runs = [await site.run('send-alerts', { prefix: unmasked })];
        runs.push(
          await site.run('send-alerts', { argv: ['--test'], prefix: unmasked }),
          await site.run('assess-health'),
        );
        assert.equal(runs[0]?.status, 0, `${says}: ${runs[0]?.stderr}`);
        assertNowhere(site, runs, says);
        // The rest of the server's words is in the log: nobody could find the fault without them.
        const log = filesBelow(site).find(({ path }) => path.endsWith('alerts.jsonl'))?.text ?? '';
        const [code = ''] = /^\d{3}/.exec(Object.values(answers)[0] ?? '') ?? [];
        if (code !== '250') assert.ok(log.includes(`${code} `), `${says}: ${log}`);
      }
    }
  });
});
