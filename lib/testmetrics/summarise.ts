// Sums up the reports of a test suite. Pure.
import { milli } from '../core/quantity.ts';
import { oneLine } from '../core/harmless.ts';
import { counted, fingerprint, listed, reasonOf } from '../core/text.ts';
import { parseJunit, type TestCase } from '../parse/junit.ts';
import type { SuiteResult } from './files.ts';

/** The part of a report that is kept while the other reports of its suite are read: the report itself may be large. */
export interface Report {
  readonly path: string;
  readonly modified_at: string;
  readonly fingerprint: string;
  readonly cases: readonly TestCase[];
  /** Why the report cannot be used. */
  readonly problem?: string;
}

export function readReport(path: string, modified_at: string, bytes: Uint8Array): Report {
  const mark = fingerprint(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'));
  try {
    return { path, modified_at, fingerprint: mark, cases: parseJunit(textOf(bytes)) };
  } catch (error) {
    return { path, modified_at, fingerprint: mark, cases: [], problem: `${path}: ${reasonOf(error)}` };
  }
}

function textOf(bytes: Uint8Array): string {
  if (bytes.subarray(0, 4).includes(0)) throw new Error('it is UTF-16 or no text: a report must be UTF-8');
  return new TextDecoder().decode(bytes);
}

/** Limits of the tests that are named, since each becomes a series in Prometheus. */
const mostSlowest = 20;
const mostFailures = 50;
const mostProblems = 5;

/** Throws where a report cannot be used, or where there is no test: failures may be missing then. */
export function summarise(reports: readonly Report[], before: SuiteResult | undefined): SuiteResult {
  const cases = reports.flatMap((report) => report.cases);
  const unusable = reports.flatMap(({ problem }) => problem ?? []);
  if (unusable.length > 0) throw new Error(listed(unusable, mostProblems));
  if (cases.length === 0)
    throw new Error(
      `there is no test in ${listed(
        reports.map(({ path }) => path),
        mostProblems,
      )}`,
    );
  const timed = cases.filter(({ seconds }) => Number.isFinite(seconds));
  const count = (outcome: TestCase['outcome']): number => cases.filter((one) => one.outcome === outcome).length;
  const known = new Set(before?.fingerprints);
  // A report that was read before adds nothing, also where others come beside it.
  const isFailure = ({ outcome }: TestCase): boolean => outcome === 'failed' || outcome === 'error';
  const added = reports.filter((report) => !known.has(report.fingerprint)).flatMap((report) => report.cases);
  const undated = cases.length - timed.length;
  return {
    written_at:
      reports
        .map(({ modified_at }) => modified_at)
        .sort()
        .at(-1) ?? '',
    fingerprints: reports.map((report) => report.fingerprint),
    tests: cases.length,
    passed: count('passed'),
    failed: count('failed'),
    errors: count('error'),
    skipped: count('skipped'),
    flaky: cases.filter(({ outcome, reruns }) => outcome === 'passed' && reruns > 0).length,
    ...(timed.length === 0 ? {} : { seconds: milli(timed.reduce((sum, { seconds }) => sum + seconds, 0)) }),
    failures_total: (before?.failures_total ?? 0) + added.filter(isFailure).length,
    slowest: slowest(timed),
    failures: cases.filter(isFailure).slice(0, mostFailures).map(nameOf),
    ...(undated === 0
      ? {}
      : { problem: `${counted(undated, 'test')} of ${cases.length} without a duration that can be used` }),
  };
}

/** `cases`: those with a duration. Attempts and parameters of one name are one test: the longest counts. */
function slowest(cases: readonly TestCase[]): SuiteResult['slowest'] {
  const longest = new Map<string, number>();
  for (const one of cases) {
    const name = nameOf(one);
    longest.set(name, Math.max(one.seconds, longest.get(name) ?? 0));
  }
  return [...longest]
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostSlowest)
    .map(([test, seconds]) => ({ test, seconds: milli(seconds) }));
}

const nameOf = ({ group, name }: TestCase): string => oneLine(group === '' ? name : `${group} ${name}`);
