import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { envelopeOf, type SentryEvent, sentryProject } from '../../lib/core/sentry.ts';

describe('core/sentry', () => {
  test('a DSN and the address of a cron monitor give the same project', () => {
    const project = {
      checkInUrl: 'https://o1.ingest.example.org/api/42/cron/thermal-heartbeat/0123abcd/',
      envelopeUrl: 'https://o1.ingest.example.org/api/42/envelope/',
      key: '0123abcd',
    };
    for (const text of [
      'https://0123abcd@o1.ingest.example.org/42',
      'https://0123abcd:oldsecret@o1.ingest.example.org/42/\n',
      'https://o1.ingest.example.org/api/42/cron/thermal-heartbeat/0123abcd/',
      'https://o1.ingest.example.org/api/42/cron/thermal-heartbeat/0123abcd?status=ok',
    ])
      assert.deepEqual(sentryProject(text, 'thermal-heartbeat'), project, text);
    // A monitor's address contains its name; a self-hosted server may have a port and a path.
    assert.match(sentryProject('https://h/api/1/cron/other/ab/', 'mine')?.checkInUrl ?? '', /\/cron\/other\//);
    assert.equal(sentryProject('http://ab@h:9000/sentry/1', 'm')?.envelopeUrl, 'http://h:9000/sentry/api/1/envelope/');
  });

  test('any other text is refused', () => {
    for (const text of [
      '',
      'SENTRY',
      'https://o1.ingest.example.org/42',
      'https://ab@o1.ingest.example.org/',
      'https://ab@o1.ingest.example.org/project',
      'ftp://ab@h/1',
      'https://a%20b@h/1',
    ])
      assert.equal(sentryProject(text, 'm'), undefined, text);
  });

  const event: SentryEvent = {
    event_id: 'a'.repeat(32),
    timestamp: 1795154400,
    platform: 'node',
    level: 'warning',
    logger: 'test',
    server_name: 'vm',
    environment: 'production',
    release: 'ops-monitor@1.0.0',
    message: { formatted: 'hot' },
    tags: { sensor: 'a\nb', chip: '', long: 'x'.repeat(300) },
    fingerprint: ['a'],
    extra: {},
  };

  test('an envelope is three lines of JSON, without tags that Sentry would drop', () => {
    const lines = envelopeOf(event, new Date('2026-11-20T06:00:00Z')).split('\n');
    assert.equal(lines.length, 4);
    assert.equal(lines[3], '');
    const [header, item, sent] = lines.slice(0, 3).map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.deepEqual(header, { event_id: 'a'.repeat(32), sent_at: '2026-11-20T06:00:00.000Z' });
    assert.deepEqual(item, { type: 'event', content_type: 'application/json' });
    assert.deepEqual(sent?.['tags'], { sensor: 'a b', long: 'x'.repeat(200) });
  });
});
