// From whom a mail comes.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { Post } from '../../lib/alerts/post.ts';
import { compose } from '../../lib/alerts/compose.ts';
import { withSender } from '../../lib/alerts/sender.ts';
import { makeOutside } from '../../lib/io/outside.ts';
import { only, site, takes, transportOf } from './send-site.ts';

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
