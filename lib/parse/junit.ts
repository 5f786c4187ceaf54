// Reads JUnit XML as pytest, node:test, gotestsum, Maven, ctest, GoogleTest and others write it: one entry for each test.
import { tagsOf } from './xml.ts';

export interface TestCase {
  /** Suite or class, where the runner says. */
  readonly group: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'error' | 'skipped';
  /** NaN where the report has no duration that can be used. */
  readonly seconds: number;
  /** Attempts that failed before the last one. */
  readonly reruns: number;
}

type Draft = { -readonly [Key in keyof TestCase]: TestCase[Key] };

export const mostTests = 200_000;
const longestName = 200;

export function parseJunit(text: string): TestCase[] {
  const found: Draft[] = [];
  let current: Draft | undefined;
  /** node:test writes a test that is still to do, and fails, as skipped and as a failure; node:test counts no failure. */
  let isToDo = false;
  const suites: Suite[] = [];
  let isReport = false;
  let writer: 'pytest' | 'gotestsum' | undefined;
  for (const { kind, name, attributes } of tagsOf(text)) {
    if (name === 'testsuite' || name === 'testsuites') {
      isReport = true;
      if (kind === 'close') {
        found.push(...failuresOf(suites.pop()));
        refuseBeyondMost(found.length);
      } else {
        for (const suite of suites.slice(-1)) suite.isEmpty = false;
        suites.push(suiteOf(attributes));
        if (/^pytest( tests)?$/.test(attributes['name'] ?? '')) writer = 'pytest';
      }
    } else if (name === 'property' && attributes['name'] === 'go.version') writer = 'gotestsum';
    else if (name === 'testcase' && kind === 'open') {
      refuseBeyondMost(found.length + 1);
      isToDo = false;
      const suite = suites.at(-1);
      if (suite) suite.isEmpty = false;
      current = {
        group: ownText(attributes['classname'] || suite?.name || ''),
        name: ownText(attributes['name'] ?? ''),
        // GoogleTest and ctest: a disabled test is one that was not run.
        outcome: /^(notrun|disabled)$/.test(attributes['status'] ?? '') ? 'skipped' : 'passed',
        seconds: secondsOf(attributes['time']),
        reruns: 0,
      };
    } else if (name === 'testcase') {
      if (current) found.push(current);
      current = undefined;
    } else if (kind === 'open' && current) {
      if (name === 'skipped') {
        isToDo = attributes['type'] === 'todo';
        current.outcome = isFailedByCtest(attributes['message']) ? 'failed' : 'skipped';
      } else if (isToDo) continue;
      else if (name === 'failure') current.outcome = 'failed';
      else if (name === 'error') current.outcome = 'error';
      // Maven: flakyFailure and flakyError of a test that passed at last, rerunFailure and rerunError of one that did not.
      else if (/^(flaky|rerun)(Failure|Error)$/.test(name)) current.reruns += 1;
    } else if (kind === 'open' && (name === 'error' || name === 'failure')) {
      const suite = suites.at(-1);
      if (suite) suite[name] += 1;
    }
  }
  if (!isReport) throw new Error('it is no JUnit report: it has no <testsuite>');
  if (writer === 'pytest') return withoutAttempts(found);
  return [...(writer === 'gotestsum' ? withFlaky(found) : found), ...unnamedFailures(text, found)];
}

function refuseBeyondMost(tests: number): void {
  if (tests > mostTests) throw new Error(`the report has more than ${mostTests} tests`);
}

interface Suite {
  readonly name: string;
  isEmpty: boolean;
  /** Elements of the suite itself: it could not be set up, say. */
  error: number;
  failure: number;
  /** What the suite says of itself. */
  readonly counts: { readonly error: number; readonly failure: number };
}

function suiteOf({ name = '', errors = '', failures = '' }: Readonly<Record<string, string>>): Suite {
  const countOf = (text: string): number => (/^\d{1,6}$/.test(text) ? Number(text) : 0);
  return { name, isEmpty: true, error: 0, failure: 0, counts: { error: countOf(errors), failure: countOf(failures) } };
}

/** Of the suite itself. The counts of a suite that has tests are those of its tests. */
function failuresOf(suite: Suite | undefined): Draft[] {
  if (!suite) return [];
  const { name, isEmpty, counts } = suite;
  const times = (kind: 'error' | 'failure'): number =>
    Math.min(mostUnnamed, isEmpty ? Math.max(suite[kind], counts[kind]) : suite[kind]);
  const one = (outcome: 'error' | 'failed') => () => unnamed(ownText(name), 'the suite itself', outcome);
  return [
    ...Array.from({ length: times('error') }, one('error')),
    ...Array.from({ length: times('failure') }, one('failed')),
  ];
}

/** Failures that a report counts without naming a test. */
const mostUnnamed = 1000;

const unnamed = (group: string, name: string, outcome: 'error' | 'failed'): Draft => ({
  group,
  name,
  outcome,
  seconds: Number.NaN,
  reruns: 0,
});

/** A copy: a part that was cut out of the report would keep the whole report in memory. */
const ownText = (text: string): string => Buffer.from(text.slice(0, longestName)).toString();

/** ctest writes these as skipped, though it counts them as failed. */
const isFailedByCtest = (message = ''): boolean =>
  /^(Unable to find executable|Required Files Missing|Fixture dependency failed)$/.test(message);

const keyOf = ({ group, name }: TestCase): string => `${group}\0${name}`;

/** pytest-rerunfailures: pytest writes an attempt that failed and was repeated as a test of the same name that passed. Of a test that
 * failed and then could not be torn down, pytest writes a failure and an error: these are no attempts. */
function withoutAttempts(cases: readonly Draft[]): TestCase[] {
  const seen = new Set<string>();
  const attempts = new Map<string, number>();
  const last = cases.toReversed().filter((one) => {
    const key = keyOf(one);
    const isAttempt = one.outcome === 'passed' && seen.has(key);
    if (isAttempt) attempts.set(key, (attempts.get(key) ?? 0) + 1);
    seen.add(key);
    return !isAttempt;
  });
  return last.reverse().map((one) => ({ ...one, reruns: attempts.get(keyOf(one)) ?? 0 }));
}

/** gotestsum --rerun-fails writes and counts each attempt as a test. A passed test of the same name as a failed one is flaky. */
function withFlaky(cases: readonly Draft[]): TestCase[] {
  const failed = new Map<string, number>();
  for (const one of cases) if (one.outcome === 'failed') failed.set(keyOf(one), (failed.get(keyOf(one)) ?? 0) + 1);
  return cases.map((one) => (one.outcome === 'passed' ? { ...one, reruns: failed.get(keyOf(one)) ?? 0 } : one));
}

/** node:test leaves a test with subtests out of its report, but counts its failures in comments at the end. */
function unnamedFailures(text: string, cases: readonly TestCase[]): TestCase[] {
  const [, failed, cancelled] = /<!-- fail (\d{1,6}) -->\s*<!-- cancelled (\d{1,6}) -->/.exec(text.slice(-1000)) ?? [];
  const named = cases.filter(({ outcome }) => outcome === 'failed').length;
  return Array.from(
    { length: Math.max(0, Math.min(mostUnnamed, Number(failed) + Number(cancelled) - named) || 0) },
    () => unnamed('node:test', 'a test with subtests, which the report does not name', 'failed'),
  );
}

/** Longer than any test: thirty years. */
const mostSeconds = 1e9;

/** Maven writes `1,234.5` for more than a thousand seconds; a runner in a locale such as Germany's writes `0,5` for a half. */
function secondsOf(text = ''): number {
  const plain = /^[1-9]\d{0,2}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(',', '') : text.replace(',', '.');
  const seconds = /^\d+(\.\d*)?(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : Number.NaN;
  return seconds <= mostSeconds ? seconds : Number.NaN;
}
