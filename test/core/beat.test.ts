import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  type Beat,
  beatProblem,
  beatRequest,
  type BeatStyle,
  beatStyles,
  beatUrlProblem,
} from '../../lib/core/beat.ts';

const good: Beat = { ok: true, message: '6 stages did their work', seconds: 2.3456, id: 'a'.repeat(32) };
const bad: Beat = { ...good, ok: false, message: 'write-report failed' };
const ping = 'https://hc.example.org/ping/1d3c6f0e-0000-4000-8000-5d1e3f9a2b7c';

describe('core/beat', () => {
  test('healthchecks gets a POST, to /fail where the run failed', () => {
    assert.deepEqual(beatRequest('healthchecks', ping, good), {
      method: 'POST',
      url: ping,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: '6 stages did their work',
    });
    assert.equal(beatRequest('healthchecks', ping, bad)?.url, `${ping}/fail`);
    assert.equal(beatRequest('healthchecks', `${ping}/?create=1`, bad)?.url, `${ping}/fail?create=1`);
    const long = beatRequest('healthchecks', ping, { ...bad, message: 'x'.repeat(20_000) });
    assert.ok((long?.body?.length ?? 0) <= 10_000, 'older servers keep 10 kB');
  });

  test('Uptime Kuma gets up or down in the query, whatever query the configured address has', () => {
    const url = 'https://kuma.example.org/api/push/abcDEF123?status=up&msg=OK&ping=';
    assert.deepEqual(beatRequest('uptime-kuma', url, { ...bad, message: 'a & b' }), {
      method: 'GET',
      url: 'https://kuma.example.org/api/push/abcDEF123?status=down&msg=a+%26+b&ping=2346',
      headers: {},
    });
    assert.match(beatRequest('uptime-kuma', url, good)?.url ?? '', /status=up&/);
  });

  test('Sentry gets a check-in as JSON, with the monitor’s settings where they are given', () => {
    const url = 'https://o1.ingest.example.org/api/42/cron/thermal/0123456789abcdef/';
    const plain = beatRequest('sentry', `${url}?status=ok`, bad);
    assert.equal(plain?.url, url, 'Sentry would ignore the query');
    assert.deepEqual(JSON.parse(plain?.body ?? ''), {
      status: 'error',
      check_in_id: 'a'.repeat(32),
      duration: 2.346,
      environment: 'production',
    });
    const monitor = { everyMinutes: 5, marginMinutes: 2, failureThreshold: 2 };
    const upsert: unknown = JSON.parse(beatRequest('sentry', url, { ...good, monitor })?.body ?? '');
    assert.deepEqual((upsert as { monitor_config: unknown }).monitor_config, {
      schedule: { type: 'interval', value: 5, unit: 'minute' },
      checkin_margin: 2,
      max_runtime: 5,
      timezone: 'Etc/UTC',
      failure_issue_threshold: 2,
      recovery_threshold: 1,
    });
  });

  test('GlitchTip gets a heartbeat only for a good run', () => {
    const url = 'https://glitch.example.org/api/0/organizations/a/heartbeat_check/b/';
    assert.equal(beatRequest('glitchtip', url, good)?.method, 'POST');
    assert.equal(beatRequest('glitchtip', url, bad), undefined);
  });

  test('only the watchdog’s own success reply counts as accepted', () => {
    const cases: [BeatStyle, Parameters<typeof beatProblem>[1], string | undefined][] = [
      ['healthchecks', { status: 200, body: 'OK' }, undefined],
      ['healthchecks', { status: 404, body: 'not found' }, 'it answered 404'],
      ['healthchecks', { status: 302, body: '' }, 'it answered 302'],
      ['healthchecks', { body: '', error: 'connect ECONNREFUSED' }, 'connect ECONNREFUSED'],
      ['sentry', { status: 202, body: '' }, undefined],
      ['sentry', { status: 429, body: '' }, 'it answered 429'],
      ['uptime-kuma', { status: 200, body: '{"ok":true}' }, undefined],
      ['uptime-kuma', { status: 200, body: '<html>log in</html>' }, 'the answer is not from Uptime Kuma'],
      ['uptime-kuma', { status: 200, body: '{"ok":false}' }, 'the answer is not from Uptime Kuma'],
    ];
    for (const [style, reply, problem] of cases) assert.equal(beatProblem(style, reply), problem);
  });

  test('a login page, a proxy or another service that answers 200 has accepted nothing', () => {
    const pages = [
      '<!DOCTYPE html><title>Log in</title>',
      '\n <html>captive portal</html>',
      '<?xml version="1.0"?><error/>',
    ];
    // Sentry answers with nothing or with an id.
    const foreign = [
      ...pages,
      'Welcome',
      'OK',
      '{"error":"log in first"}',
      '{"message":"sign in"}',
      '[]',
      'null',
      '"id"',
      '{"id":',
    ];
    const cases = [
      ...foreign.map((body) => ['sentry', body] as const),
      ...beatStyles.flatMap((style) => pages.map((body) => [style, body] as const)),
    ];
    assert.ok(cases.length >= 20);
    for (const [style, body] of cases)
      assert.match(beatProblem(style, { status: 200, body }) ?? '', /^the answer is not from /, `${style} ${body}`);
    for (const body of ['', '\n', '{}', '{"id":"9ec79c33ec9942ab8353589fcb2e04dc"}'])
      assert.equal(beatProblem('sentry', { status: 200, body }), undefined, body);
  });

  test('a heartbeat URL that ends in a signal of its own is refused, and its secret is not shown', () => {
    const cases: [url: string, end: string | undefined][] = [
      [`${ping}/start`, 'start'],
      [`${ping}/start/`, 'start'],
      [`${ping}/fail?create=1`, 'fail'],
      [`${ping}/LOG`, 'LOG'],
      [`${ping}/0`, '0'],
      [`${ping}/255`, '255'],
      ['https://hc.example.org/ping/KEY/nightly/1', '1'],
      ['https://hc.example.org/ping/KEY/nightly/start', 'start'],
      [ping, undefined],
      ['https://hc.example.org/ping/KEY/nightly', undefined],
      ['https://hc.example.org/ping/KEY/42', undefined],
      ['https://push.example.org/12', undefined],
      [`${ping}/?x=/start`, undefined],
    ];
    assert.ok(cases.length >= 13);
    for (const [url, end] of cases) {
      const problem = beatUrlProblem('healthchecks', url);
      assert.equal(problem !== undefined, end !== undefined, url);
      if (end === undefined) continue;
      assert.match(problem ?? '', new RegExp(`ends in /${end}: .*use the same URL without /${end}$`));
      assert.ok(!problem?.includes('1d3c6f0e') && !problem?.includes('KEY'), problem);
      assert.throws(() => beatRequest('healthchecks', url, good), /use the same URL/);
      assert.equal(beatUrlProblem('uptime-kuma', url), undefined);
    }
  });

  test('a 404 to a check-in of Sentry says what it may mean', () => {
    const words = beatProblem('sentry', { status: 404, body: '' });
    assert.match(words ?? '', /^it answered 404: the key, the project .* or the server has no check-ins/);
  });
});
