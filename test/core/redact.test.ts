import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { makeRedactor } from '../../lib/core/redact.ts';

const redact = (text: string): string => makeRedactor(['/data/hatpro', 'hatpro-sync.timer']).words(text);

describe('core/redact', () => {
  test('numbers, times, and words of the system and the configuration stay', () => {
    const kept = [
      'status=active',
      'hatpro-sync.timer loaded active waiting',
      '/data/hatpro/2026/11/20/20261120T0900Z',
      '1795160656.25 4096 kB 12ms @1795160656',
      '# branch.ab +0 -0',
      "ENOENT: no such file or directory, lstat '/data/hatpro'",
      '127.0.0.1:8501 2026-11-20T08:13:57',
    ];
    assert.ok(kept.length >= 7);
    for (const text of kept) assert.equal(redact(text), text);
  });

  test('every other word becomes a pseudonym, the same word the same one', () => {
    assert.equal(redact('alice bob alice'), 'w1 w2 w1');
    assert.equal(redact('password = hunter2'), 'w1 = w2');
    assert.equal(redact('/home/barbara/x.nc'), '/home/w1/w2.w3');
    assert.equal(redact('203.0.113.77'), '192.0.2.1');
    assert.equal(redact('пароль \u001b[31m'), 'w1 [w2');
  });

  test('numbers in the prose of a JSON file are blacked out, those beside a key stay', () => {
    const { file } = makeRedactor([]);
    assert.deepEqual(
      JSON.parse(
        file('/x/gate.json', '{"status":"failed","reason":"PIN 8301 at 12","checked":4711,"at":"2026-11-20"}'),
      ),
      { status: 'failed', reason: 'w1 0000 at 12', w2: 4711, at: '2026-11-20' },
    );
  });

  test('a mount keeps its place and type, and loses its options', () => {
    const line =
      '36 35 98:0 / /data rw,noatime master:1 - cifs //nas/share rw,username=svc,password=hunter2,credentials=/etc/c';
    assert.equal(makeRedactor([]).file('/proc/self/mountinfo', line), '36 35 98:0 / /data rw - cifs //w1/w2 rw');
  });
});
