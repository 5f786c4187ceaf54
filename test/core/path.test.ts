import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { join } from '../../lib/core/path.ts';

describe('core/path', () => {
  test('join puts one slash between parts, also where a part has one, and ignores empty parts', () => {
    assert.equal(join('/var/lib', 'ops-monitor', 'raw'), '/var/lib/ops-monitor/raw');
    assert.equal(join('/var/lib/', 'raw'), '/var/lib/raw');
    assert.equal(join('/run/spare', '/var/lib/raw'), '/run/spare/var/lib/raw');
    assert.equal(join('/var/lib', '', 'raw'), '/var/lib/raw');
    assert.equal(join('', 'msmtp'), 'msmtp'); // an empty part of PATH is the folder one is in
    assert.equal(join('/', 'etc'), '/etc');
  });
});
