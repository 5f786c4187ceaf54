// Reads JUnit XML as pytest, node:test, gotestsum, Maven and others write it: one entry for each test.
import { tagsOf } from './xml.ts';

export interface TestCase {
  /** Suite or class, where the runner says. */
  readonly group: string;
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'error' | 'skipped';
  readonly seconds: number;
  /** Attempts that failed before the last one. */
  readonly reruns: number;
}

const mostTests = 200_000;
const longestName = 200;

export function parseJunit(text: string): TestCase[] {
  const found: TestCase[] = [];
  let current: { -readonly [Key in keyof TestCase]: TestCase[Key] } | undefined;
  const suites: string[] = [];
  let isReport = false;
  for (const { kind, name, attributes } of tagsOf(text)) {
    if (name === 'testsuite' || name === 'testsuites') {
      isReport = true;
      if (kind === 'open') suites.push(attributes['name'] ?? '');
      else suites.pop();
    } else if (name === 'testcase' && kind === 'open') {
      if (found.length >= mostTests) throw new Error(`the report has more than ${mostTests} tests`);
      current = {
        group: (attributes['classname'] ?? suites.at(-1) ?? '').slice(0, longestName),
        name: (attributes['name'] ?? '').slice(0, longestName),
        outcome: 'passed',
        seconds: secondsOf(attributes['time']),
        reruns: 0,
      };
    } else if (name === 'testcase') {
      if (current) found.push(current);
      current = undefined;
    } else if (kind === 'open' && current) {
      if (name === 'failure') current.outcome = 'failed';
      else if (name === 'error') current.outcome = 'error';
      else if (name === 'skipped') current.outcome = 'skipped';
      // Maven: flakyFailure and flakyError of a test that passed at last, rerunFailure of one that did not; pytest: rerun.
      else if (/^(flaky|rerun)(Failure|Error)$|^rerun$/.test(name)) current.reruns += 1;
    }
  }
  if (!isReport) throw new Error('it is no JUnit report: it has no <testsuite>');
  return found;
}

/** Maven writes `1,234.5` for more than a thousand seconds. */
function secondsOf(text = ''): number {
  const seconds = Number(text.replaceAll(',', ''));
  return text !== '' && Number.isFinite(seconds) && seconds >= 0 ? seconds : Number.NaN;
}
