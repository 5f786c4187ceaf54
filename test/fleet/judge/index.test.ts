// The judgements as data: what each is called, says and needs.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import test, { describe } from 'node:test';
import { judgements } from '../../../lib/fleet/judge/index.ts';
import { renderAlerts } from '../../../lib/fleet/reference.ts';
import { root } from '../../process.ts';
import { readText } from '../../world.ts';

describe('judgements', () => {
  test('each file of the folder is in the index, and its judgement has its name', () => {
    const files = readdirSync(join(root, 'lib/fleet/judge')).map((file) => basename(file, '.ts'));
    assert.deepEqual(
      judgements.map(({ name }) => name).toSorted(),
      files.filter((file) => file !== 'index').toSorted(),
    );
  });

  test('each says what to do, in one or two sentences, and its severities are those of its limits', () => {
    assert.ok(judgements.length > 50);
    for (const { name, advice, summary, severities, limits } of judgements) {
      assert.match(advice, /^[A-Z].{20,250}[.?]$/, name);
      assert.doesNotMatch(summary, /\.$/, name);
      assert.ok(severities.length > 0, name);
      if (!limits) continue;
      if (limits.red) assert.ok(severities.includes('critical'), name);
      if (limits.amber) assert.ok(severities.includes('warning') || severities.includes('info'), name);
    }
  });

  test('ops/docs/fleet-alerts.md lists them (npm run docs)', () => {
    assert.equal(readText(join(root, 'ops/docs/fleet-alerts.md')), renderAlerts(judgements));
  });
});
