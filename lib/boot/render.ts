// Renders a boot for a person: its plan before, and its result after. Pure.
import { alignColumns, displayWidth, fold, foldColumns } from '../core/columns.ts';
import { formatDuration, formatLimit } from '../core/quantity.ts';
import { counted } from '../core/text.ts';
import type { Boot, Component } from './config.ts';
import type { BootSummary, ComponentResult } from './files.ts';
import { stepsOf } from './order.ts';

/** `width`: columns of the terminal, as below. */
export function renderPlan({ components }: Boot, width: number): string {
  const steps = stepsOf(new Map(Object.entries(components).map(([name, { after }]) => [name, after])));
  const rows = steps.flatMap((names, index) =>
    names.map((name) => {
      const component = components[name];
      return component ? [String(index + 1), name, ...planOf(component)] : [];
    }),
  );
  return [
    'would start, each when the components it names are ready:',
    ...foldColumns(rows, { indent: '  ', width }),
  ].join('\n');
}

function planOf({ start, ready, timeout, retries, after }: Component): string[] {
  const [[how, what] = []] = Object.entries(ready ?? {});
  const readiness = how === undefined ? 'exit code 0' : `${how} ${[what].flat().join(' ')}`;
  return [
    after.length === 0 ? '' : `after ${after.join(', ')}`,
    `at most ${formatLimit(timeout)}${retries === 0 ? '' : `, ${counted(retries, 'retry', 'retries')}`}`,
    `start: ${start ? start.join(' ') : 'none'}; ready: ${readiness}`,
  ];
}

/** One line, when the component has ended. */
export const describeComponent = ({ name, outcome, seconds, reason }: ComponentResult): string =>
  `${name}: ${outcome}${outcome === 'skipped' ? '' : ` after ${formatDuration(seconds)}`}${reason === undefined ? '' : `: ${reason}`}`;

const mostBar = 40;
const leastBar = 10;
const indent = '  ';

export function renderBoot(summary: BootSummary, width: number): string {
  const { verdict, components, counts, seconds, artifacts } = summary;
  const heads = components.map((component) => [
    component.name,
    component.outcome,
    component.outcome === 'skipped' ? '' : formatDuration(component.seconds),
    component.attempts.length > 1 ? counted(component.attempts.length, 'attempt') : '',
  ]);
  const taken = Math.max(...alignColumns(heads, { indent }).map(displayWidth)) + 2;
  const barWidth = Math.min(mostBar, Math.max(leastBar, width - taken));
  const rows = components.map((component, index) => [
    ...(heads[index] ?? []),
    barOf(component, seconds, barWidth),
    component.reason ?? '',
  ]);
  return [
    ...fold(
      `the boot ${verdict === 'pass' ? 'is complete' : 'failed'}: ${counts['components_ready']} of ${counted(components.length, 'component')} ready (${formatDuration(seconds)})`,
      width,
    ),
    ...foldColumns(rows, { indent, width }),
    `█ ready  ▒ failed attempt  · pause; the bars span ${formatDuration(seconds)}`,
    `output: ${artifacts}`,
  ].join('\n');
}

/** Each attempt has at least one column, however short it was. */
function barOf({ attempts, began_seconds, seconds }: ComponentResult, total: number, barWidth: number): string {
  if (attempts.length === 0) return '';
  const columnOf = (at: number): number => Math.min(barWidth - 1, Math.floor((at / Math.max(total, 0.001)) * barWidth));
  const cells = Array.from({ length: barWidth }, () => ' ');
  const fill = (from: number, to: number, sign: string): void =>
    void cells.fill(sign, columnOf(from), columnOf(to) + 1);
  fill(began_seconds, began_seconds + seconds, '·');
  for (const attempt of attempts)
    fill(attempt.began_seconds, attempt.began_seconds + attempt.seconds, attempt.reason === undefined ? '█' : '▒');
  return cells.join('').trimEnd();
}
