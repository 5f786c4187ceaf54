import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { redactor } from '../../lib/core/redact.ts';

const clean = redactor({ hostname: 'aurora-vm-3', user: 'barbara', bootId: '9f3c2a10-1111-4222-8333-444455556666' });

const cases: [what: string, text: string, expected: string][] = [
  ['host name', 'Static hostname: aurora-vm-3', 'Static hostname: recorded'],
  ['user name', '/home/barbara/x', '/home/user/x'],
  ['boot id', 'boot 9f3c2a10-1111-4222-8333-444455556666', 'boot 00000000-0000-4000-8000-000000000000'],
  [
    'mount options',
    'cifs //nas/x rw,username=svc,password=hunter2,uid=0',
    'cifs //nas/x rw,username=redacted,password=redacted,uid=0',
  ],
  ['a password in a URL', 'origin https://me:word@git.example.org/x', 'origin https://git.example.org/x'],
  ['query of a URL', 'GET http://x/?token=abc&a=b', 'GET http://x/?token=redacted&a=redacted'],
  ['addresses', '203.0.113.77 fe80:0:0:0:1:2:3:4 someone@site.ac.uk', '192.0.2.1 2001:db8::1 someone@example.org'],
];

describe('core/redact', () => {
  test('names, secrets and addresses are replaced, always by the same text', () => {
    assert.ok(cases.length >= 7);
    for (const [what, text, expected] of cases) assert.equal(clean(text), expected, what);
  });

  test('text that identifies nobody stays', () => {
    const text = '127.0.0.1:8501 LoadState=loaded MemTotal: 1000 kB @1795160656 aurora-vm-35 07:45:00 UTC';
    assert.equal(clean(text), text);
  });

  test('a host named vm and a user named root are not replaced inside other words', () => {
    const short = redactor({ hostname: 'vm', user: 'root', bootId: '' });
    assert.equal(short('vm.swappiness root /root vmstat'), 'vm.swappiness root /root vmstat');
  });
});
