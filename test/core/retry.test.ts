import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { retrySeconds } from '../../lib/core/retry.ts';

const at = new Date('2026-11-20T06:00:00Z');

describe('core/retry', () => {
  test('how long a server wants to be left alone, however it says so, and never for ever', () => {
    const cases: [number, Record<string, string>, number][] = [
      [200, {}, 0],
      [500, { 'retry-after': '60' }, 0],
      [503, {}, 0],
      [503, { 'retry-after': '90' }, 90],
      [503, { 'retry-after': 'soon' }, 0],
      [429, {}, 60],
      [429, { 'retry-after': '7' }, 7],
      [429, { 'retry-after': '0' }, 1],
      [429, { 'retry-after': 'Fri, 20 Nov 2026 06:02:00 GMT' }, 120],
      [429, { 'retry-after': 'Fri, 20 Nov 2026 05:00:00 GMT' }, 1],
      [429, { 'retry-after': 'soon' }, 60],
      [429, { 'retry-after': '1e9' }, 60],
      [429, { 'retry-after': '-5' }, 60],
      [429, { 'retry-after': '90.5' }, 60],
      [429, { 'retry-after': '999999999' }, 3600],
      [429, { 'x-sentry-rate-limits': '90:error;default:organization, 2700:monitor:key' }, 90],
      [429, { 'retry-after': '7', 'x-sentry-rate-limits': '90::organization' }, 90],
      [200, { 'x-sentry-rate-limits': '90:error:organization' }, 90],
      [200, { 'x-sentry-rate-limits': '90:transaction:organization' }, 0],
      [200, { 'x-sentry-rate-limits': 'garbage,,:' }, 0],
    ];
    for (const [status, headers, seconds] of cases)
      assert.equal(retrySeconds({ status, headers }, at, 'error'), seconds, JSON.stringify([status, headers]));
    assert.equal(retrySeconds({ headers: {} }, at, 'error'), 0, 'no answer asks for nothing');
  });
});
