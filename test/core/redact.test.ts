import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { redactor } from '../../lib/core/redact.ts';

const clean = redactor({ hostname: 'aurora-vm-3', user: 'barbara', bootId: '9f3c2a10-1111-4222-8333-444455556666' });

const cases: [what: string, text: string, expected: string][] = [
  ['who the machine is', 'Static hostname: aurora-vm-3', 'Static hostname: recorded'],
  ['who uses it', '/home/barbara/x', '/home/user/x'],
  ['which boot it was', 'boot 9f3c2a10-1111-4222-8333-444455556666', 'boot 00000000-0000-4000-8000-000000000000'],
  [
    'options of a mount',
    'cifs //nas/x rw,username=svc,password=hunter2,uid=0',
    'cifs //nas/x rw,username=redacted,password=redacted,uid=0',
  ],
  ['a password in a URL', 'origin https://me:word@git.example.org/x', 'origin https://git.example.org/x'],
  ['what a URL is asked', 'GET http://x/?token=abc&a=b', 'GET http://x/?token=redacted&a=redacted'],
  [
    'addresses',
    'to 203.0.113.77 and fe80:0:0:0:1:2:3:4, someone@site.ac.uk',
    'to 192.0.2.1 and 2001:db8::1, someone@example.org',
  ],
];

describe('core/redact', () => {
  test('what must not leave the machine is replaced, always by the same', () => {
    assert.ok(cases.length >= 7);
    for (const [what, text, expected] of cases) assert.equal(clean(text), expected, what);
  });

  test('what says nothing about anybody stays', () => {
    for (const text of [
      '127.0.0.1:8501',
      'LoadState=loaded',
      'MemTotal: 1000 kB',
      '@1795160656',
      'aurora-vm-35',
      '07:45:00 UTC',
    ]) {
      assert.equal(clean(text), text);
    }
  });

  test('a host called vm and a user called root do not eat half of every text', () => {
    const short = redactor({ hostname: 'vm', user: 'root', bootId: '' });
    assert.equal(short('vm.swappiness root /root vmstat'), 'vm.swappiness root /root vmstat');
  });
});
