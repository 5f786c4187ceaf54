// From whom a mail comes.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { compose } from '../../lib/alerts/compose.ts';
import { withSender } from '../../lib/alerts/sender.ts';

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
});
