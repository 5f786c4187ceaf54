import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { type Span, traceBody, whyNotTaken } from '../../lib/core/otlp.ts';

const span: Span = {
  traceId: '0123456789abcdef0123456789abcdef',
  spanId: '0123456789abcdef',
  parentSpanId: 'fedcba9876543210',
  name: 'probe filesystems',
  startMs: Date.parse('2026-11-20T07:46:00Z') + 0.25,
  endMs: Date.parse('2026-11-20T07:46:01Z'),
  attributes: { text: 'x', count: 3, ratio: 0.5, flag: true },
};
const bodyOf = (...spans: readonly Span[]) =>
  JSON.parse(traceBody({ 'service.name': 'ops-monitor' }, { name: 'ops-monitor', version: '1' }, spans)) as {
    resourceSpans: { scopeSpans: { spans: Record<string, unknown>[] }[] }[];
  };
const encoded = (one: Span) => bodyOf(one).resourceSpans[0]?.scopeSpans[0]?.spans[0];

describe('core/otlp', () => {
  test('a span is encoded as OTLP/HTTP in JSON wants it: hex ids, times as text, whole numbers as text', () => {
    assert.deepEqual(bodyOf(span), {
      resourceSpans: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'ops-monitor' } }] },
          scopeSpans: [
            {
              scope: { name: 'ops-monitor', version: '1' },
              spans: [
                {
                  traceId: '0123456789abcdef0123456789abcdef',
                  spanId: '0123456789abcdef',
                  parentSpanId: 'fedcba9876543210',
                  name: 'probe filesystems',
                  kind: 1,
                  startTimeUnixNano: '1795160760000250000',
                  endTimeUnixNano: '1795160761000000000',
                  attributes: [
                    { key: 'text', value: { stringValue: 'x' } },
                    { key: 'count', value: { intValue: '3' } },
                    { key: 'ratio', value: { doubleValue: 0.5 } },
                    { key: 'flag', value: { boolValue: true } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
  });

  test('a span that failed has the status error with the reason, and one without a parent names none', () => {
    const { parentSpanId: _parent, ...root } = span;
    const shown = encoded({ ...root, failure: 'no answer' });
    assert.deepEqual(shown?.['status'], { code: 2, message: 'no answer' });
    assert.equal('parentSpanId' in (shown ?? {}), false);
  });

  test('a span never ends before it begins', () => {
    assert.equal(encoded({ ...span, endMs: 0 })?.['endTimeUnixNano'], '1795160760000250000');
  });

  test('foreign words become one short line of valid text', () => {
    const evil = `a\u001B[31mb\u2028c\nsecond line`;
    const text = JSON.stringify(
      encoded({
        ...span,
        name: evil,
        failure: evil,
        attributes: { item: evil, long: 'x'.repeat(9999), half: '\uD800' },
      }),
    );
    assert.doesNotMatch(text, /u001b|\u2028|second line|ud800/i);
    assert.ok(text.length < 1200, String(text.length));
  });

  test('an answer says whether all spans were taken', () => {
    for (const body of [
      '',
      '{}',
      '{"partialSuccess":{}}',
      '{"partialSuccess":null}',
      '{"partialSuccess":{"rejectedSpans":"0"}}',
    ])
      assert.equal(whyNotTaken(200, body), undefined, body);
    const partly = (partialSuccess: object) => whyNotTaken(200, JSON.stringify({ partialSuccess }));
    assert.equal(partly({ rejectedSpans: '1', errorMessage: 'too old\u001B' }), 'it rejected 1 span: too old');
    assert.equal(partly({ rejectedSpans: 3 }), 'it rejected 3 spans');
    assert.equal(partly({ errorMessage: 'deprecated' }), 'it took them with a warning: deprecated');
    assert.equal(whyNotTaken(400, '{"code":3,"message":"bad\\nid"}'), 'it answered 400: bad');
    assert.equal(whyNotTaken(503, '<html>'), 'it answered 503');
    assert.equal(whyNotTaken(302, ''), 'it answered 302');
    assert.equal(whyNotTaken(200, '<html>Log in'), 'its answer is not that of an OTLP receiver: <html>Log in');
  });
});
