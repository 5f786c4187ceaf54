import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import {
  cycleSpanId,
  isTraced,
  numberedSpanId,
  parentFrom,
  stageSpanId,
  traceParentOf,
} from '../../lib/core/tracing.ts';

const run = '0123456789abcdeffedcba9876543210';
const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

describe('core/tracing', () => {
  test('runs are traced where an endpoint is set, and OpenTelemetry is not switched off', () => {
    assert.equal(isTraced(endpoint), true);
    assert.equal(isTraced({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }), true);
    assert.equal(isTraced({ ...endpoint, OTEL_SDK_DISABLED: 'false' }), true);
    for (const off of [
      {},
      { OTEL_EXPORTER_OTLP_ENDPOINT: '' },
      { OTEL_EXPORTER_OTLP_HEADERS: 'a=b' },
      { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' },
      { ...endpoint, OTEL_TRACES_EXPORTER: 'none' },
    ])
      assert.equal(isTraced(off), false, JSON.stringify(off));
  });

  test('the spans of a cycle, of a stage and of its parts have ids of their own, from the run id', () => {
    assert.equal(stageSpanId(run), '0123456789abcdef');
    assert.equal(cycleSpanId(run), 'fedcba9876543210');
    assert.equal(numberedSpanId(run, 0), stageSpanId(run));
    assert.equal(numberedSpanId(run, 1), '0123456789abcdf0');
    assert.equal(numberedSpanId('ffffffffffffffff', 3), '0000000000000002');
  });

  test('a caller’s TRACEPARENT is taken where it is of the same trace', () => {
    const parent = '00f067aa0ba902b7';
    assert.equal(parentFrom(`00-${run}-${parent}-01`, run), parent);
    assert.equal(parentFrom(traceParentOf(run), run), stageSpanId(run));
    assert.equal(parentFrom(`cc-${run}-${parent}-01-of-later`, run), parent, 'a later version');
    for (const text of [
      undefined,
      '',
      `00-${run}-${parent}`,
      `00-${run}-${parent}-01-more`,
      `ff-${run}-${parent}-01`,
      `00-${run}-0000000000000000-01`,
      `00-${run.toUpperCase()}-${parent}-01`,
      `00-${'4'.repeat(32)}-${parent}-01`,
      `00-${run}-${parent}-01\n00`,
    ])
      assert.equal(parentFrom(text, run), undefined, text);
  });
});
