// Checks the names that silences and maintenance windows use for alerts: `rule` or `rule:subject`; for `red` also
// `red:check`, which covers all subjects of the check.
import { nearest } from '../core/text.ts';
import { policies, red } from './policies.ts';

/** The name of all alerts together. */
export const everything = 'everything';

/** An error message if no alert can have this name. `checks` are the names of all checks, where they are known. */
export function alertNameProblem(of: string, checks?: readonly string[]): string | undefined {
  if (of === everything) return undefined;
  const [rule = ''] = of.split(':', 1);
  const names = policies.map(({ name }) => name);
  if (!names.includes(rule)) return thereIsNo('rule', rule, names);
  if (of === rule) return undefined;
  const subject = of.slice(rule.length + 1);
  if (subject.trim() === '') return `expected a rule, or rule:subject; got ${JSON.stringify(of)}`;
  return rule === red.name && checks ? checkNameProblem(subject, checks) : undefined;
}

/** An error message if the subject of `red` does not begin with the name of a check. */
export function checkNameProblem(subject: string, checks: readonly string[]): string | undefined {
  const [check = ''] = subject.split(':', 1);
  return checks.includes(check) ? undefined : thereIsNo('check', check, checks);
}

function thereIsNo(what: string, name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  return `there is no ${what} ${JSON.stringify(name)}${meant ? `; did you mean ${meant}?` : ''} (there: ${names.join(', ')})`;
}
