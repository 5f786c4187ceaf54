// From whom a mail comes.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import type { Post } from '../../lib/alerts/post.ts';
import { compose } from '../../lib/alerts/compose.ts';
import { withSender } from '../../lib/alerts/sender.ts';
import { asTheUnit } from '../../lib/alerts/unit-settings.ts';
import { makeOutside } from '../../lib/io/outside.ts';
import { root } from '../process.ts';
import { readText } from '../world.ts';
import { isDown, only, site, takes, transportOf } from './send-site.ts';

describe('alerts/sender', () => {
  test('the address in the From header is replaced, and nothing else', async () => {
    const at = new Date('2026-11-20T08:00:00Z');
    const sites = ['a', 'Kühlhaus', 'a "quoted" <site>', 'x'.repeat(120), 'über '.repeat(30)];
    assert.ok(sites.length >= 5);
    for (const site of sites) {
      const draft = {
        to: ['a@example.org'],
        ids: ['x'],
        key: 'x',
        subject: 's <old@example.org>',
        text: 'From: t <old@example.org>',
        html: 't',
        threads: [],
        alerts: [],
      };
      const letterhead = { site, from: 'old@example.org', hostname: 'vm', at, now: at };
      const { raw } = await compose(draft, letterhead);
      const changed = withSender(raw, 'new@example.org');
      const other = await compose(draft, { ...letterhead, from: 'new@example.org' });
      const plain = (text: string): string => text.replaceAll(/--_NmP-\w+/g, '').replaceAll(/\r\n[ \t]+/g, ' ');
      assert.equal(plain(changed), plain(other.raw), site);
    }
    assert.equal(withSender('Subject: s', 'new@example.org'), 'Subject: s');
  });

  test('--check and --test in a shell name the command that has the settings of the unit', async (t) => {
    const { run, post, taken } = site(t, 'alerts: { to: [ops@example.org] }');
    const one = transportOf('one', () => isDown, taken);
    const transports = only({ ...one, ready: async () => ({ usable: false, missing: 'no server' }) });
    const answerOf = async (option: 'check' | 'test', environment = {}, found?: string) => {
      const outside = { ...makeOutside(environment), realpath: () => found };
      const by: Post = { ...post, outside: async () => outside, transports: async () => transports };
      return (await run(0, undefined, by, { [option]: true })).text ?? '';
    };
    const file = '/etc/ops-monitor/send-alerts.env';
    const check = await answerOf('check', {}, file);
    assert.match(check, /^No mail can leave with the settings of this shell\.$/m);
    assert.ok(check.endsWith(`${asTheUnit} ops-monitor send-alerts --check`), check);
    const command = `${asTheUnit} ops-monitor send-alerts --test`;
    assert.ok((await answerOf('test', {}, file)).endsWith(command));
    assert.ok(readText(join(root, 'ops', 'docs', 'install.md')).includes(command), 'install.md names another command');
    for (const without of [answerOf('check'), answerOf('check', { OPS_ALERT_SMTP_HOST: 'localhost' }, file)])
      assert.match(await without, /^No mail can leave this machine\.$/m);
  });

  test('--check says which sender a mail would have, and where that is set', async (t) => {
    const alerts = (more = '') => `alerts: { to: [ops@example.org]${more} }`;
    const cases: [configuration: string, environment: Record<string, string>, own: string | undefined, from: RegExp][] =
      [
        [
          alerts(),
          {},
          undefined,
          /^from +ops-monitor@recorded \(made up from the name of this machine; set alerts\.from/m,
        ],
        [alerts(), {}, 'own@example.org', /^from +own@example\.org \(of the mail program's own configuration/m],
        [
          alerts(),
          { OPS_ALERT_SMTP_FROM: 'e@example.org' },
          undefined,
          /^from +e@example\.org \(OPS_ALERT_SMTP_FROM\)$/m,
        ],
        [alerts(', from: c@example.org'), {}, 'c@example.org', /^from +c@example\.org \(alerts\.from\)$/m],
        [
          alerts(', from: c@example.org'),
          {},
          'own@example.org',
          /^from +c@example\.org \(alerts\.from; it overrides own@example\.org of the mail program\)$/m,
        ],
      ];
    assert.ok(cases.length >= 5);
    for (const [configuration, environment, sender, from] of cases) {
      const { run, post, taken } = site(t, configuration);
      const one = transportOf('one', () => takes, taken);
      const transports = only({ ...one, ready: async () => ({ usable: true, uses: 'it', sender }) });
      const by: Post = { ...post, outside: async () => makeOutside(environment), transports: async () => transports };
      const { text = '', exitCode } = await run(0, undefined, by, { check: true });
      assert.match(text, from);
      assert.match(text, /^one +usable: it$/m);
      assert.deepEqual([exitCode, taken.length], [0, 0], 'a check sends nothing');
    }
  });
});
