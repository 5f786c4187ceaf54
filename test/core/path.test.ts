import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { join } from '../../lib/core/path.ts';

describe('core/path', () => {
  test('parts have one slash between them, whoever brings it; empty ones are none', () => {
    assert.equal(join('/var/lib', 'ops-monitor', 'raw'), '/var/lib/ops-monitor/raw');
    assert.equal(join('/var/lib/', 'raw'), '/var/lib/raw');
    assert.equal(join('/run/spare', '/var/lib/raw'), '/run/spare/var/lib/raw');
    assert.equal(join('/var/lib', '', 'raw'), '/var/lib/raw');
    assert.equal(join('', 'msmtp'), 'msmtp'); // an empty part of PATH is the folder one is in
    assert.equal(join('/', 'etc'), '/etc');
  });
});
