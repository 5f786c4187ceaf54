import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { isShipped, shippedFingerprint } from '../../lib/init/shipped.ts';
import { root } from '../process.ts';
import { readText } from '../world.ts';

const text = readText(join(root, 'ops', 'package', 'deb', 'config.yaml'));

describe('the configuration that the package brings', () => {
  test('is recognised, also with the folders of another installation', () => {
    assert.ok(isShipped(text), `add ${shippedFingerprint(text)} to lib/init/shipped.ts`);
    const elsewhere = text
      .replaceAll('/usr/lib/ops-monitor', '/usr/local/lib/ops-monitor')
      .replace(/textfiles: .*/, 'textfiles: /var/lib/prometheus/node-exporter');
    assert.notEqual(elsewhere, text);
    assert.ok(isShipped(elsewhere));
  });

  test('is no longer taken for untouched once a person has changed a word of it', () => {
    assert.equal(isShipped(text.replace('# site: my-site', 'site: my-site')), false);
    assert.equal(isShipped(`${text}\n# a note of mine\n`), false);
    assert.equal(isShipped(''), false);
  });
});
