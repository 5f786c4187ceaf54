// Sums up the reports of a test suite. Pure.
import { oneLine } from '../core/harmless.ts';
import { fingerprint } from '../core/text.ts';
import { parseJunit, type TestCase } from '../parse/junit.ts';
import type { SuiteResult } from './files.ts';

export interface Report {
  readonly path: string;
  readonly text: string;
  readonly modified_at: string;
}

/** Each is a series of Prometheus: a suite of 50,000 tests must not become as many. */
const mostSlowest = 20;
const mostFailures = 50;

export function summarise(reports: readonly Report[], before: SuiteResult | undefined): SuiteResult {
  const cases: TestCase[] = [];
  const problems: string[] = [];
  for (const { path, text } of reports)
    try {
      cases.push(...parseJunit(text));
    } catch (error) {
      problems.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
    }
  if (cases.length === 0 && problems.length > 0) throw new Error(problems.join('; '));
  const count = (outcome: TestCase['outcome']): number => cases.filter((one) => one.outcome === outcome).length;
  const mark = fingerprint(reports.map(({ text }) => text).join('\0'));
  const [failed, errors] = [count('failed'), count('error')];
  const isNew = before?.fingerprint !== mark;
  return {
    written_at:
      reports
        .map(({ modified_at }) => modified_at)
        .sort()
        .at(-1) ?? '',
    fingerprint: mark,
    tests: cases.length,
    passed: count('passed'),
    failed,
    errors,
    skipped: count('skipped'),
    flaky: cases.filter(({ outcome, reruns }) => outcome === 'passed' && reruns > 0).length,
    seconds: rounded(cases.reduce((sum, { seconds }) => sum + (Number.isFinite(seconds) ? seconds : 0), 0)),
    failures_total: (before?.failures_total ?? 0) + (isNew ? failed + errors : 0),
    slowest: slowest(cases),
    failures: cases
      .filter(({ outcome }) => outcome === 'failed' || outcome === 'error')
      .slice(0, mostFailures)
      .map(nameOf),
    ...(problems.length === 0 ? {} : { problem: problems.join('; ') }),
  };
}

/** Attempts and parameters of one name are one test: the longest counts. */
function slowest(cases: readonly TestCase[]): SuiteResult['slowest'] {
  const longest = new Map<string, number>();
  for (const one of cases) {
    const name = nameOf(one);
    if (Number.isFinite(one.seconds)) longest.set(name, Math.max(one.seconds, longest.get(name) ?? 0));
  }
  return [...longest]
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostSlowest)
    .map(([test, seconds]) => ({ test, seconds: rounded(seconds) }));
}

const nameOf = ({ group, name }: TestCase): string => oneLine(group === '' ? name : `${group} ${name}`);

const rounded = (seconds: number): number => Math.round(seconds * 1000) / 1000;
