// What is printed for a person fits the terminal. Commands and paths are left whole, so that they can be copied.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { displayWidth } from '../../lib/core/columns.ts';
import { renderStatus, type Status } from '../../lib/cycle/status.ts';
import { renderSummary } from '../../lib/cycle/summary.ts';
import { type Explanation, renderExplanation } from '../../lib/health/explanation.ts';
import { makeSite } from '../commands/site.ts';

const paint = (_style: string, text: string): string => text;

/** Lines that are too wide, though they could be broken at a space. */
const tooWide = (text: string, width: number): string[] =>
  text
    .split('\n')
    .filter((line) => displayWidth(line) > width && /\S .*\S/.test(line) && !/^ {2}(why|known)/.test(line));

describe('cycle/width', () => {
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
    const shownStatus = renderStatus(broken, { paint, width: 80, command: 'npx ops-monitor' });
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
