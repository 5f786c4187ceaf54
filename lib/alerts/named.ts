// Alerts as people name them, to say that nobody should hear of them: `rule`, or `rule:subject`; of `red` also
// `red:check`, for all its subjects.
import { nearest } from '../core/text.ts';
import { policies, red } from './policies.ts';

/** Why nothing is ever called that, if so. `checks` are the names of all that is judged. */
export function misnamed(of: string, checks: readonly string[]): string | undefined {
  const [rule = ''] = of.split(':', 1);
  const names = policies.map(({ name }) => name);
  if (!names.includes(rule)) return thereIsNo('rule', rule, names);
  if (of === rule) return undefined;
  const subject = of.slice(rule.length + 1);
  if (subject.trim() === '') return `expected a rule, or rule:subject; got ${JSON.stringify(of)}`;
  return rule === red.name ? misnamedCheck(subject, checks) : undefined;
}

/** Why `red` is never about that, if so. */
export function misnamedCheck(subject: string, checks: readonly string[]): string | undefined {
  const [check = ''] = subject.split(':', 1);
  return checks.includes(check) ? undefined : thereIsNo('check', check, checks);
}

function thereIsNo(what: string, name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  return `there is no ${what} ${JSON.stringify(name)}${meant ? `; did you mean ${meant}?` : ''} (there: ${names.join(', ')})`;
}
