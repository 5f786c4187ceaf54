// The transport smtp, with a server in this process: what it is asked, and how its answers are understood.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { inspect } from 'node:util';
import { smtp } from '../../lib/alerts/transports/smtp.ts';
import type { Outside } from '../../lib/contract/outside.ts';
import { makeOutside } from '../../lib/io/outside.ts';
import { addresses, mail } from './letter.ts';
import { verdictOf } from './send-site.ts';
import { type Answers, serveMail } from './smtp-server.ts';

const [a, b] = addresses;
const password = 'hunter2-ÄÖ';
const forms = [password, ...[password, `\0ops\0${password}`].map((text) => Buffer.from(text).toString('base64'))];

function outsideFor(port: number, environment: Record<string, string> = {}, seconds = 15): Outside {
  const outside = makeOutside({
    OPS_ALERT_SMTP_HOST: '127.0.0.1',
    OPS_ALERT_SMTP_PORT: String(port),
    OPS_ALERT_SMTP_TLS: 'none',
    ...environment,
  });
  return { ...outside, smtp: (settings, ...rest) => outside.smtp({ ...settings, seconds }, ...rest) };
}
const login = { OPS_ALERT_SMTP_USER: 'ops', OPS_ALERT_SMTP_PASSWORD: password };

describe('alerts/transports/smtp', () => {
  test('smtp sends the mail byte for byte, with the configured sender', async (t) => {
    const server = await serveMail(t);
    const outside = outsideFor(server.port, { ...login, OPS_ALERT_SMTP_FROM: 'other@example.org' });
    const receipt = await smtp.send(mail, [a, b], outside);
    assert.deepEqual(receipt, { accepted: [a, b], refused: [], words: '250 queued as 1' });
    assert.match(
      server.lines.join('\n'),
      /^AUTH PLAIN .*\nMAIL FROM:<other@example\.org>\nRCPT TO:<a@.*\nRCPT TO:<b@/m,
    );
    const text = server.lines.slice(server.lines.indexOf('DATA') + 1, server.lines.lastIndexOf('.'));
    // A line with a lone dot travels with another.
    assert.equal(`${text.join('\r\n')}\r\n`, mail.raw.replace('\r\n.\r\n', '\r\n..\r\n'));
  });

  test('smtp reports each recipient: one accepted, one refused', async (t) => {
    const refusal = { [`RCPT TO:<${b}>`]: '550 5.1.1 nobody here' };
    const server = await serveMail(t, refusal);
    assert.deepEqual(await smtp.send(mail, [a, b], outsideFor(server.port)), {
      accepted: [a],
      refused: [{ address: b, permanent: true, words: '550 5.1.1 nobody here' }],
      words: '250 queued as 1',
    });
    const mixed = await serveMail(t, { ...refusal, [`RCPT TO:<${a}>`]: '451 later' });
    const { accepted, refused } = await smtp.send(mail, [a, b], outsideFor(mixed.port));
    assert.deepEqual([accepted, refused.map((one) => one.permanent)], [[], [false, true]]);
  });

  test('a reply decides: retry, refusal or misconfiguration', async (t) => {
    const offered = { EHLO: '250-test\r\n250 STARTTLS' };
    const echoed = { AUTH: `535 5.7.8 not like this: AUTH PLAIN ${forms[2]} (${password})` };
    const cases: [Answers, Record<string, string>, 'later' | 'refused' | 'setup', RegExp, seconds?: number][] = [
      [{ RCPT: '550 5.1.1 nobody' }, {}, 'refused', /^127\.0\.0\.1:\d+: .*550 5\.1\.1 nobody/],
      [{ RCPT: '451 4.7.1 greylisted' }, {}, 'later', /451 4\.7\.1 greylisted/],
      [{ MAIL: '550 no such sender' }, {}, 'setup', /550 no such sender/],
      [{ MAIL: '553 5.1.7 bad sender' }, {}, 'setup', /553 5\.1\.7/],
      [{ MAIL: '552 5.3.4 too big' }, {}, 'refused', /552 5\.3\.4/],
      [{ RCPT: '553 5.7.1 Sender address rejected: not owned by user' }, {}, 'setup', /553 5\.7\.1/],
      [{ RCPT: '550 relay not permitted' }, {}, 'setup', /relay not permitted/],
      [{ MAIL: '530 5.7.0 log in first' }, {}, 'setup', /530 5\.7\.0/],
      [{ 'DATA.': '554 5.7.1 spam' }, {}, 'refused', /554 5\.7\.1 spam/],
      [{ 'DATA.': '452 4.3.1 disk full' }, {}, 'later', /452 4\.3\.1 disk full/],
      [{ EHLO: '250 SIZE 10' }, {}, 'refused', /larger than allowed/],
      [{ hello: '554 not today' }, {}, 'later', /554 not today/],
      [{ hello: '421 busy' }, {}, 'later', /421 busy/],
      [{ hello: '' }, {}, 'later', /Greeting never received|no answer within 0\.2 s/, 0.2],
      [{ 'DATA.': '' }, {}, 'later', /no answer within 0\.2 s/, 0.2],
      [echoed, login, 'setup', /535 5\.7\.8 not like this: AUTH PLAIN … \(…\)/],
      [{ AUTH: '454 4.7.0 no directory' }, login, 'later', /454 4\.7\.0/],
      [{ EHLO: '250 test', AUTH: '502 no logins here' }, login, 'setup', /502 no logins here/],
      [{ STARTTLS: '502 no TLS' }, { ...login, OPS_ALERT_SMTP_TLS: 'starttls' }, 'setup', /STARTTLS: 502 no TLS/],
      [{ STARTTLS: '454 no entropy' }, { OPS_ALERT_SMTP_TLS: 'starttls' }, 'later', /STARTTLS: 454 no entropy/],
      [{ ...offered, STARTTLS: '220 go' }, { OPS_ALERT_SMTP_TLS: 'starttls' }, 'later', /./, 0.3],
      [{}, { OPS_ALERT_SMTP_TLS: 'tls' }, 'setup', /wrong version|packet length/i],
    ];
    assert.ok(cases.length >= 18);
    for (const [answers, environment, verdict, words, seconds = 15] of cases) {
      const server = await serveMail(t, answers);
      await assert.rejects(smtp.send(mail, [a, b], outsideFor(server.port, environment, seconds)), (error: Error) => {
        assert.equal(verdictOf(error), verdict, error.message);
        assert.match(error.message, words);
        const whole = inspect(error, { depth: 9, showHidden: true });
        for (const form of forms) assert.ok(!whole.includes(form), whole);
        return true;
      });
      // Without TLS where it was wanted, nothing is said that would need it.
      if (environment['OPS_ALERT_SMTP_TLS'] === 'starttls')
        assert.doesNotMatch(server.lines.join('\n'), /^(AUTH|MAIL|DATA)/m);
    }
  });

  test('smtp retries a closed port, and ends a session with a dripping server at the deadline', async (t) => {
    const server = await serveMail(t, {}, true);
    const began = performance.now();
    await assert.rejects(smtp.send(mail, [a], outsideFor(server.port, {}, 0.5)), /not done within 1 s/);
    assert.ok(performance.now() - began < 10_000);
    await assert.rejects(
      smtp.send(mail, [a], outsideFor(1)),
      (error: Error) => error.name === 'Error' && /ECONNREFUSED/.test(error.message),
    );
  });

  test('smtp sends unencrypted where an offered STARTTLS fails and encryption was not required', async (t) => {
    const server = await serveMail(t, { EHLO: '250-test\r\n250 STARTTLS', STARTTLS: '454 no entropy' });
    const { accepted } = await smtp.send(mail, [a], outsideFor(server.port, { OPS_ALERT_SMTP_TLS: '' }));
    assert.deepEqual(accepted, [a]);
  });
});
