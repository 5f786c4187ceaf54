// Selects variables by name, or by pattern in which * stands for any text.
import { Usage } from '../contract/errors.ts';
import { wildcard } from '../core/text.ts';
import { unknownName } from './read.ts';

/** `filesystem_*,host_load_1` → names, in the order of the archive; all names where nothing is given. */
export function selectNames(asked: string | undefined, known: readonly string[]): readonly string[] {
  if (asked === undefined) return known;
  const patterns = asked
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
  if (patterns.length === 0) throw new Usage(`--only ${JSON.stringify(asked)} names no variable`);
  const chosen = new Set(patterns.flatMap((pattern) => matching(pattern, known)));
  return known.filter((name) => chosen.has(name));
}

function matching(pattern: string, known: readonly string[]): readonly string[] {
  const expression = wildcard(pattern);
  const found = known.filter((name) => expression.test(name));
  if (found.length > 0) return found;
  throw new Usage(
    pattern.includes('*')
      ? `--only: no variable matches ${pattern} (there are ${known.length}; archive at now lists them)`
      : `--only: the archive has ${unknownName(pattern, known)}`,
  );
}
