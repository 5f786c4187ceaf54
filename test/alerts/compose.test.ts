// What stands in the head of a composed mail.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { compose } from '../../lib/alerts/compose.ts';

const at = new Date('2026-11-20T08:00:00Z');

async function headOf(threads: readonly string[], to = ['a@example.org']): Promise<Record<string, string>> {
  const draft = { to, ids: ['x'], key: 'x', subject: 's', text: 't', html: 't', threads, alerts: [] };
  const { raw } = await compose(draft, { site: 'a', from: 'ops@example.org', hostname: 'vm', at, now: at });
  // In one line, as mailx hands it on.
  const lines = (raw.split('\r\n\r\n')[0] ?? '').replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n');
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), line]));
}

describe('alerts/compose', () => {
  test('a mail about several alerts refers to the first mails about all of them', async () => {
    const head = await headOf(['<storage-a.1@vm>', '<storage-b.1@vm>']);
    assert.equal(head['In-Reply-To'], 'In-Reply-To: <storage-a.1@vm>');
    assert.equal(head['References'], 'References: <storage-a.1@vm> <storage-b.1@vm>');
  });

  test('a mail that belongs to 500 threads names as many as fit into one line, the first one first', async () => {
    const head = await headOf(Array.from({ length: 500 }, (_, index) => `<storage-of-some-disk-${index}.mi7gzls0@vm>`));
    const line = head['References'] ?? '';
    assert.ok(line.length <= 998, `${line.length} characters`);
    assert.ok(
      line.split(' ').length > 10 && line.startsWith('References: <storage-of-some-disk-0.mi7gzls0@vm> '),
      line,
    );
    assert.equal(head['In-Reply-To'], 'In-Reply-To: <storage-of-some-disk-0.mi7gzls0@vm>');
  });

  test('a mail that belongs to no thread refers to none', async () => {
    const head = await headOf([]);
    assert.deepEqual([head['In-Reply-To'], head['References']], [undefined, undefined]);
  });

  test('a local user is a recipient beside addresses', async () => {
    const head = await headOf([], ['root', 'a@example.org']);
    assert.equal(head['To'], 'To: <root>, a@example.org');
  });
});
