import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import type { Step } from '../../lib/contract/step.ts';
import { mostSpans, spansOf, type TracedRun } from '../../lib/cli/spans.ts';
import { recordOf, runId } from '../world.ts';

const own = 'aaaaaaaaaaaa4aaabbbbbbbbbbbbbbbb';
const startedAt = '2026-11-20T07:45:00.000Z';
const start = Date.parse(startedAt);

const runOf = (more: Partial<TracedRun> = {}): TracedRun => ({
  record: recordOf('assess-health', startedAt, { ms: 900, counts: { red: 2 } }),
  ownRunId: own,
  began: 5000,
  isOfCycle: true,
  caller: undefined,
  steps: [],
  ...more,
});
const stepOf = (name: string, began: number, ms: number, parts: readonly Step[] = []): Step => ({
  name,
  began,
  ms,
  attributes: { 'ops_monitor.outcome': 'ok' },
  parts,
});

describe('cli/spans', () => {
  test('a stage is a span below that of the cycle, in the trace whose id is the run id', () => {
    assert.deepEqual(spansOf(runOf()), [
      {
        traceId: runId,
        spanId: 'aaaaaaaaaaaa4aaa',
        parentSpanId: runId.slice(16),
        name: 'assess-health',
        startMs: start,
        endMs: start + 900,
        attributes: {
          'ops_monitor.run_id': runId,
          'ops_monitor.stage': 'assess-health',
          'ops_monitor.outcome': 'ok',
          'process.exit.code': 0,
          'ops_monitor.count.red': 2,
        },
      },
    ]);
  });

  test('steps lie below their stage and parts below their step, at the times of the monotonic clock', () => {
    const steps = [stepOf('probe a', 5000.5, 300, [stepOf('item a', 5001, 2)]), stepOf('probe b', 5100, 10)];
    const [stage, a, b, item] = spansOf(runOf({ steps }));
    assert.deepEqual(
      [a, b, item].map((span) => [span?.name, span?.parentSpanId, (span?.startMs ?? 0) - start, span?.traceId]),
      [
        ['probe a', stage?.spanId, 0.5, runId],
        ['probe b', stage?.spanId, 100, runId],
        ['item a', a?.spanId, 1, runId],
      ],
    );
    assert.equal(new Set([stage, a, b, item].map((span) => span?.spanId)).size, 4);
  });

  test('the stage that ends a cycle sends the span of the cycle, which failed where something is missing', () => {
    const record = recordOf('confirm-cycle', '2026-11-20T07:45:20.000Z', {
      ms: 500,
      counts: { missing: 1 },
      problems: ['write-report has not run'],
    });
    const [cycle, stage] = spansOf(runOf({ record, cycleStartedAt: startedAt }));
    assert.deepEqual(
      [cycle?.name, cycle?.spanId, cycle?.parentSpanId, cycle?.startMs, cycle?.endMs, cycle?.failure],
      ['cycle', stage?.parentSpanId, undefined, start, start + 20_500, 'write-report has not run'],
    );
    assert.equal(stage?.failure, undefined, 'confirm-cycle itself did its work');
  });

  test('a stage outside of cycles is a trace of its own, without a parent', () => {
    const record = recordOf('prune-files', startedAt, { run_id: own });
    const [stage] = spansOf(runOf({ record, isOfCycle: false }));
    assert.deepEqual([stage?.traceId, stage?.parentSpanId], [own, undefined]);
  });

  test('an hourly stage that works on the snapshot of a cycle lies in the trace of that cycle', () => {
    const [stage] = spansOf(runOf({ isOfCycle: false }));
    assert.deepEqual([stage?.traceId, stage?.parentSpanId], [runId, runId.slice(16)]);
  });

  test('where the record has no run id, as that of a killed stage, the run’s own stands in and no cycle is made up', () => {
    const spans = spansOf(
      runOf({ record: recordOf('confirm-cycle', startedAt, { run_id: '' }), cycleStartedAt: startedAt }),
    );
    assert.deepEqual(
      spans.map(({ name, traceId }) => [name, traceId]),
      [['confirm-cycle', own]],
    );
  });

  test('a caller of the same trace is the parent, and any other caller is not', () => {
    const parentGiven = (caller: string) => spansOf(runOf({ caller }))[0]?.parentSpanId;
    assert.equal(parentGiven(`00-${runId}-00f067aa0ba902b7-01`), '00f067aa0ba902b7');
    assert.equal(parentGiven(`00-${own}-00f067aa0ba902b7-01`), runId.slice(16));
  });

  test('a failed stage and a failed step have the reason', () => {
    const record = recordOf('collect-snapshot', startedAt, {
      outcome: 'failed',
      exit_code: 1,
      problems: ['a', 'disk full'],
    });
    const late = { ...stepOf('probe a', 5000, 1), failure: { kind: 'timeout', reason: 'no answer' } };
    const [stage, step] = spansOf(runOf({ record, steps: [late] }));
    assert.deepEqual(
      [stage?.failure, step?.failure, step?.attributes['error.type']],
      ['disk full', 'no answer', 'timeout'],
    );
  });

  test('a run of very many parts sends the first thousand, and says how many it left out', () => {
    const items = Array.from({ length: mostSpans + 5 }, (_, index) => stepOf('item a', 5000 + index, 1));
    const spans = spansOf(runOf({ steps: [stepOf('probe a', 5000, 1, items), stepOf('probe b', 5000, 1)] }));
    assert.equal(spans.length, mostSpans + 1);
    assert.equal(spans[0]?.attributes['ops_monitor.spans_left_out'], 7);
    assert.deepEqual(
      spans.filter(({ name }) => name.startsWith('probe')).map(({ name }) => name),
      ['probe a', 'probe b'],
    );
  });
});
