// The words and the size of a mail.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { compose } from '../../lib/alerts/compose.ts';
import type { Notice } from '../../lib/alerts/files.ts';
import { draftMails } from '../../lib/alerts/mail.ts';

const at = new Date('2026-11-20T08:00:00Z');
const about = {
  site: 'aurora',
  hostname: 'vm',
  at,
  rest: { isJudged: true, notWell: [] },
  runId: 'f'.repeat(32),
  runbookOf: () => '/opt/x/ops/runbooks/filesystem-usage.md',
  observationOf: () => 'filesystem-usage:d0',
  isCoveredBy: () => false,
};

function noticeOf(index: number, message: string, more: Partial<Notice> = {}): Notice {
  const time = at.toISOString();
  const id = `storage:d${index}`;
  const alert = {
    rule: 'storage',
    subject: `d${index}`,
    phase: 'firing' as const,
    first_seen: time,
    last_seen: time,
    since: time,
    incident: id,
    value: 91,
    unit: 'percent',
    limit: { value: 80, key: 'alerts.rules.storage.at' },
    message,
    headline: message,
  };
  return { kind: 'opening', id, alert, to: ['ops@example.org'], ...more };
}

const mailOf = (notices: readonly Notice[], more: Partial<typeof about> = {}) =>
  draftMails(notices, { ...about, ...more })[0] ?? assert.fail('no mail');
const rawOf = async (notices: readonly Notice[]): Promise<string> =>
  (await compose(mailOf(notices), { site: 'aurora', from: 'ops@example.org', hostname: 'vm', at, now: at })).raw;

describe('alerts/mail', () => {
  test('the first 40 characters of a subject name level, site and problem, and the number of the others', () => {
    const [one = assert.fail(), ...more] = Array.from({ length: 12 }, (_, index) =>
      noticeOf(index, `/data is 91 % full, and ${'much '.repeat(40)}`),
    );
    assert.match(mailOf([one]).subject, /^\[ALERT aurora\] d0: \/data is 91 % full, and much /);
    const { subject } = mailOf([one, ...more]);
    assert.match(subject.slice(0, 40), /^\[ALERT aurora \+11\] d0: \/data is 91 % /);
    assert.ok(subject.length <= 140, subject);
  });

  test('a mail about a value that is unreadable by now says so above the last value', () => {
    const { alert, ...notice } = noticeOf(0, '/data is 91 % full', { kind: 'repeat' });
    const { text } = mailOf([{ ...notice, alert: { ...alert, unknown_since: '2026-11-20T07:00:00.000Z' } }]);
    assert.match(text, /unknown +unreadable since 2026-11-20 07:00 UTC; as last read:\n +value +91 %/);
  });

  test('a mail about the monitor itself goes by the clock throughout, also where the snapshot is older', () => {
    const { alert, ...notice } = noticeOf(0, 'assess-health failed');
    const since = '2026-11-20T08:00:00.000Z';
    const { text } = mailOf([{ ...notice, alert: { ...alert, since, last_seen: '2026-11-20T08:03:00.000Z' } }]);
    assert.match(text, /since +2026-11-20 08:00 UTC \(3 minutes\)/);
    assert.match(text, /^aurora, vm, as of 2026-11-20 08:03 UTC, /m);
  });

  test('a site that bears the name of its machine is named once below the mail', () => {
    assert.match(mailOf([noticeOf(0, 'x')], { site: 'vm' }).text, /^vm, as of /m);
  });

  test('an alert names the commands that explain and acknowledge it; one that ended names neither', () => {
    const commands = /^ {2}explain +ops-monitor explain filesystem-usage:d0\n {2}ack +ops-monitor ack storage:d0 /m;
    assert.match(mailOf([noticeOf(0, 'x')]).text, commands);
    assert.doesNotMatch(mailOf([noticeOf(0, 'x', { kind: 'recovery' })]).text, /ops-monitor (explain|ack)/);
  });

  test('all mails about one alert have the same subject behind the bracket', () => {
    const stems = (['opening', 'repeat', 'escalation', 'recovery', 'vanished'] as const).map((kind) => {
      const notice = noticeOf(0, '/data is 91 % full', { kind });
      return mailOf([
        { ...notice, alert: { ...notice.alert, message: `now ${kind}` } },
        ...(kind === 'repeat' ? [noticeOf(1, 'x', { kind })] : []),
      ]).subject;
    });
    assert.deepEqual(stems, [
      '[ALERT aurora] d0: /data is 91 % full',
      '[STILL aurora +1, now 91 %] d0: /data is 91 % full',
      '[STILL aurora, now 91 %] d0: /data is 91 % full',
      '[ENDED aurora] d0: /data is 91 % full',
      '[GONE aurora] d0: /data is 91 % full',
    ]);
  });

  test('the name stands before a message that does not say it', () => {
    const notice = noticeOf(0, '/data is 91 % full');
    const subjects = ['data', 'source-data'].map(
      (subject) => mailOf([{ ...notice, alert: { ...notice.alert, subject } }]).subject,
    );
    assert.deepEqual(subjects, ['[ALERT aurora] /data is 91 % full', '[ALERT aurora] source-data: /data is 91 % full']);
  });

  test('an overview stands above many alerts, the most urgent first, and above two none', () => {
    const many = [
      noticeOf(0, 'zero is well', { kind: 'recovery' }),
      noticeOf(1, 'one still bad', { kind: 'repeat' }),
      noticeOf(2, 'two is bad'),
    ];
    assert.match(
      mailOf(many).text,
      /^ALERT {2}two is bad\nSTILL {2}one still bad\nOK {5}zero is well\n\nALERT {2}storage:d2\n/,
    );
    assert.match(mailOf(many.slice(0, 2)).text, /^STILL {2}storage:d1\n/);
    assert.ok(mailOf(many).html.indexOf('two is bad') < mailOf(many).html.indexOf('storage:d2'));
  });

  test('a limit is shown as it was written, a value rounded', () => {
    const notice = noticeOf(0, 'the verdict is 1d 3h old');
    const alert = { ...notice.alert, value: 97_321, unit: 's', limit: { value: 93_600, key: 'limits.gate.amber' } };
    assert.match(
      mailOf([{ ...notice, alert }]).text,
      /^ {2}value +1d 3h 2m\n {2}limit +26h {2}\(limits\.gate\.amber\)$/m,
    );
  });

  test('a mail stays below 100 kB, however many alerts there are and whatever they say', async () => {
    const words = [
      '/data is 91 % full',
      'x'.repeat(5000),
      'ü'.repeat(300),
      '🌡'.repeat(2000),
      '<&>"'.repeat(400),
      '日本'.repeat(900),
    ];
    let tried = 0;
    for (const message of words) {
      for (const count of [1, 12, 300, 2000]) {
        const notices = Array.from({ length: count }, (_, index) => noticeOf(index, `${index} ${message}`));
        const draft = mailOf(notices);
        const raw = await rawOf(notices);
        assert.ok(raw.length < 100_000, `${count} of ${message.slice(0, 20)}: ${raw.length}`);
        const inFull = [...draft.text.matchAll(/^ALERT {2}storage:d\d+$/gm)].length;
        assert.ok(inFull >= 1);
        const left = Number(/and (\d+) more, which this mail does not list/.exec(draft.text)?.[1] ?? 0);
        const listed = [...draft.text.matchAll(/^ALERT {2}\d+ /gm)].length;
        if (count > 2) assert.equal(listed + left, count);
        if (inFull < count)
          assert.ok(draft.text.includes(`The first ${inFull} follow in full`), draft.text.slice(0, 300));
        assert.equal(draft.alerts.length, count, 'the data are whole');
        tried += 1;
      }
    }
    assert.ok(tried >= 24);
  });
});
