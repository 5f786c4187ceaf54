// Alerts as people name them, to say that nobody should hear of them: `rule`, or `rule:subject`.
import { nearest } from '../core/text.ts';
import { ownRules, snapshotRules } from './rules/index.ts';

/** Why nothing is ever called that, if so. */
export function misnamed(of: string): string | undefined {
  const names = [...snapshotRules, ...ownRules].map(({ name }) => name);
  const [rule = ''] = of.split(':', 1);
  if (names.includes(rule))
    return of !== rule && of.slice(rule.length + 1).trim() === ''
      ? `expected a rule, or rule:subject; got ${JSON.stringify(of)}`
      : undefined;
  const meant = nearest(rule, names);
  return `there is no rule ${JSON.stringify(rule)}${meant ? `; did you mean ${meant}?` : ''} (there: ${names.join(', ')})`;
}
