// What is printed for a person fits the terminal. Commands and paths are left whole, so that they can be copied.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { displayWidth } from '../../lib/core/columns.ts';
import { renderStatus, type Status } from '../../lib/cycle/status.ts';
import { renderSummary } from '../../lib/cycle/summary.ts';
import { renderBoot } from '../../lib/boot/render.ts';
import { renderHistory, renderRun } from '../../lib/gates/render.ts';
import { type Explanation, renderExplanation } from '../../lib/health/explanation.ts';
import type { RehearsalSummary } from '../../lib/rehearsal/files.ts';
import { renderHistory as renderRehearsals, renderRehearsal } from '../../lib/rehearsal/render.ts';
import { makeSite } from '../commands/site.ts';

const paint = (_style: string, text: string): string => text;

/** Lines that are too wide, though they could be broken at a space. */
const tooWide = (text: string, width: number): string[] =>
  text
    .split('\n')
    .filter((line) => displayWidth(line) > width && /\S .*\S/.test(line) && !/^ {2}(why|known)/.test(line));

const run = {
  schema_version: 1,
  verdict: 'fail' as const,
  reason: `integration-tests: ${'it went wrong '.repeat(8)}over`,
  counts: {},
  seconds: 250,
  run_id: '',
  started_at: '2026-11-20T08:00:00.000Z',
  decided_at: '2026-11-20T08:04:10.000Z',
  artifacts: '/var/lib/ops-monitor/runs',
};
const part = { name: 'integration-tests', outcome: 'fail' as const, seconds: 61, reason: run.reason };

describe('cycle/width', () => {
  test('what run-gate, run-boot and run-rehearsal print fits 80 columns, and keeps every word', () => {
    const attempt = { began_seconds: 0, seconds: 30, reason: 'no' };
    const component = { ...part, outcome: 'failed' as const, began_seconds: 0, attempts: [attempt, attempt] };
    const connector = { ...part, kind: 'command' as const, required: 'no' as const };
    const gate = { ...run, gate: 'alpha', phases: [{ ...part, required: 'no' as const, coverage_ratio: 0.8 }] };
    const rehearsal: RehearsalSummary = {
      ...run,
      in_drill: 'none',
      health: { outcome: 'fail', healthy_ratio: 0, connectors: [connector] },
    };
    const past = {
      ...run,
      connectors: 7,
      connectors_healthy: 1,
      rotation_coverage_ratio: 0.5,
      in_drill: 'inside',
    } as const;
    for (const render of [
      (width: number) => renderRun(gate, undefined, width),
      (width: number) => renderHistory('alpha', [gate], width),
      (width: number) => renderBoot({ ...run, components: [component] }, width),
      (width: number) => renderRehearsal(rehearsal, width),
      (width: number) => renderRehearsals([past], undefined, width),
    ]) {
      const [narrow, whole] = [render(80), render(Infinity)];
      assert.deepEqual(tooWide(narrow, 80), [], narrow);
      assert.ok(tooWide(whole, 80).length > 0, whole);
      const wordsOf = (text: string): string[] => text.split(/[\s▒·█]+/);
      assert.deepEqual(wordsOf(narrow), wordsOf(whole));
    }
  });

  test('summary, status and explain of a sick machine fit 80 columns, the summary and explain also 40', (t) => {
    const { run, health, snapshot } = makeSite(t, 'sick');
    run('run-cycle');
    const files = [
      ['report', '/home/somebody/.local/state/ops-monitor/health/latest_report.md'],
      ['page', '/home/somebody/.local/state/ops-monitor/page (shown by: npx ops-monitor dashboard --open)'],
    ] as const;
    const summary = (width: number): string =>
      renderSummary({
        health: health(),
        snapshot: snapshot(),
        version: '0',
        files,
        paint,
        width,
        explainWith: 'npx ops-monitor explain',
      });
    const status = JSON.parse(run('status', '--json').stdout) as Status;
    const failed = status.stages.map((record) => ({
      ...record,
      outcome: 'failed' as const,
      problems: [`it could not be written: ${'no space left on the device '.repeat(8)}`],
    }));
    const broken = {
      ...status,
      stages: failed,
      problems: [`the configuration is broken: ${'line by line '.repeat(12)}`],
    };
    const shownStatus = renderStatus(broken, { paint, width: 80, command: (words) => `npx ops-monitor ${words}` });
    // Those with the longest messages.
    const ids = health()
      .observations.toSorted((one, other) => other.message.length - one.message.length)
      .slice(0, 4)
      .map(({ id }) => id);
    const explanations = ids.map((id) => JSON.parse(run('explain', id, '--json').stdout) as Explanation);
    // The reading itself is JSON, whose texts are not broken.
    const explained = (width: number): string[] =>
      explanations.map((one) => renderExplanation(one, new Date(), width).replaceAll(/^ {11}[[\]{}" ].*$/gm, ''));
    assert.equal(explanations.length, 4);
    for (const width of [80, 40]) {
      assert.deepEqual(tooWide(summary(width), width), []);
      assert.deepEqual(
        explained(width).flatMap((text) => tooWide(text, width)),
        [],
      );
    }
    assert.deepEqual(tooWide(shownStatus, 80), []);
    assert.ok(tooWide(summary(Infinity), 80).length >= 5, 'the sick machine has no long line any more');
  });
});
