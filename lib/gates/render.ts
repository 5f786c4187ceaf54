// Renders a run of a gate, and the list of earlier runs, for a person. Pure.
import { fold, foldColumns } from '../core/columns.ts';
import { formatDuration } from '../core/quantity.ts';
import { clockMinute } from '../core/time.ts';
import type { GateSummary, PhaseResult } from './files.ts';

/** `before`: the run before; `width`: columns of the terminal. */
export function renderRun(summary: GateSummary, before: GateSummary | undefined, width: number): string {
  const { gate, verdict, reason, seconds, phases, artifacts } = summary;
  const earlier = new Map(before?.phases.map((phase) => [phase.name, phase]));
  const rows = phases.map(({ name, outcome, required, seconds: took, reason: why = '', coverage_ratio }) => [
    name,
    outcome === 'fail' && required === 'no' ? 'fail (not required)' : outcome,
    outcome === 'skipped' ? '' : formatDuration(took),
    outcome === 'skipped' ? '' : changeOf(took, earlier.get(name)?.seconds),
    coverage_ratio === undefined ? '' : percent(coverage_ratio),
    why,
  ]);
  const words = verdict === 'pass' ? 'passes' : `does not pass: ${reason}`;
  return [
    ...fold(`gate ${gate} ${words} (${formatDuration(seconds)})`, width),
    ...foldColumns(rows, { indent: '  ', width }),
    `output: ${artifacts}`,
  ].join('\n');
}

/** One line, when the phase has ended. */
export const describePhase = ({ name, outcome, seconds, reason }: PhaseResult): string =>
  `${name}: ${outcome}${outcome === 'skipped' ? '' : ` (${formatDuration(seconds)})`}${reason === undefined ? '' : `: ${reason}`}`;

const percent = (ratio: number): string => `${(ratio * 100).toFixed(1)} % covered`;

/** Small changes are noise. */
function changeOf(seconds: number, before: number | undefined): string {
  if (before === undefined || Math.abs(seconds - before) < Math.max(1, 0.1 * before)) return '';
  return `${seconds > before ? '+' : '-'}${formatDuration(Math.abs(seconds - before))}`;
}

const mostRuns = 20;

/** `history`: newest first. */
export function renderHistory(gate: string, history: readonly GateSummary[], width: number): string {
  if (history.length === 0) return `gate ${gate} has not run yet`;
  const rows = history
    .slice(0, mostRuns)
    .map(({ decided_at, verdict, seconds, coverage_ratio, reason = '' }) => [
      clockMinute(new Date(decided_at)),
      verdict,
      formatDuration(seconds),
      coverage_ratio === undefined ? '' : percent(coverage_ratio),
      reason,
    ]);
  const passed = history.filter(({ verdict }) => verdict === 'pass');
  const durations = passed.map(({ seconds }) => seconds).sort((a, b) => a - b);
  const median = durations[Math.floor(durations.length / 2)];
  return [
    `gate ${gate}: ${passed.length} of ${history.length} runs passed${median === undefined ? '' : `, in ${formatDuration(median)} (median)`}`,
    ...foldColumns(rows, { indent: '  ', width }),
    ...(history.length > mostRuns ? [`  and ${history.length - mostRuns} earlier ones; --json prints all`] : []),
  ].join('\n');
}
