import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { judgeReply, rateLimitSeconds } from '../../lib/core/reply.ts';

const at = new Date('2026-11-20T06:00:00Z');

describe('core/reply', () => {
  test('rateLimitSeconds reads Retry-After and Sentry’s rate limits, up to 3600 s', () => {
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
      assert.equal(rateLimitSeconds({ status, headers }, at, 'error'), seconds, JSON.stringify([status, headers]));
    assert.equal(rateLimitSeconds({ headers: {} }, at, 'error'), 0, 'without a reply there is no rate limit');
  });

  test('judgeReply classifies every status as accepted, refused, misconfigured or later', () => {
    const table: Record<ReturnType<typeof judgeReply>['outcome'], number[]> = {
      accepted: [200, 201, 202, 204],
      refused: [400, 413, 422],
      misconfigured: [101, 301, 302, 401, 402, 403, 404, 405, 410, 415],
      later: [408, 425, 429, 500, 502, 503, 504, 599],
    };
    let tried = 0;
    for (const [outcome, statuses] of Object.entries(table))
      for (const status of statuses) {
        const summary = `it answered ${status}`;
        assert.deepEqual(judgeReply({ status, body: '' }), { outcome, summary, quote: summary });
        tried += 1;
      }
    assert.equal(tried, 25);
    const body = 'slow\ndown';
    assert.deepEqual(judgeReply({ status: 429, body }), {
      outcome: 'later',
      summary: 'it answered 429',
      quote: 'it answered 429: slow',
    });
    assert.equal(judgeReply({ error: 'connect ECONNREFUSED' }).quote, 'connect ECONNREFUSED');
    assert.deepEqual(judgeReply({}), { outcome: 'later', summary: 'no answer', quote: 'no answer' });
  });
});
