// Gives each finding a name that a configuration accepts, and leaves out what must not be written: whoever names a file, a
// unit or a machine must not be able to write into the configuration or to the terminal.
import { oneLine } from '../core/harmless.ts';
import { firstLine, identifierOf } from '../core/text.ts';
import type { Finding, Found, LeftOut, Plain } from './finding.ts';

const longest = 1000;

/** A text without control characters, marks of direction, parts that were no UTF-8, or leading and trailing spaces. */
const isHarmless = (text: string): boolean =>
  oneLine(text) === text && !text.includes('\uFFFD') && text.isWellFormed() && text.length <= longest;

const textsIn = (value: Plain): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'boolean' ? [] : Object.values(value).flatMap(textsIn);
};

const isFit = ({ value }: Finding): boolean => textsIn(value).every(isHarmless);

/** Two names of one key must not become one variable in the archive. */
const variableOf = ({ key }: Finding, name: string): string => `${key} ${identifierOf(name).toLowerCase()}`;

export function nameFindings(all: readonly Finding[]): Pick<Found, 'findings' | 'left'> {
  const fit = all.filter(isFit);
  const left: LeftOut[] = all
    .filter((finding) => !isFit(finding))
    .map(({ key, value }) => ({
      what: `${key}: ${firstLine(textsIn(value).join(' '), 80)}`,
      why: 'its name has characters that a configuration must not hold',
    }));
  const shared = new Map<string, number>();
  for (const finding of fit) {
    const variable = variableOf(finding, validName(finding.name));
    shared.set(variable, (shared.get(variable) ?? 0) + 1);
  }
  const taken = new Set<string>();
  const findings: Finding[] = [];
  for (const finding of fit) {
    const { key, name, longName } = finding;
    if (key === 'services') {
      // A unit has the name that it has: `postfix@-.service` beside `postfix.service` cannot be watched.
      const variable = variableOf(finding, name);
      if (taken.has(variable))
        left.push({ what: name, why: 'its name and that of another unit would be one variable' });
      else findings.push(finding);
      taken.add(variable);
      continue;
    }
    const short = validName(name);
    const isShared = (shared.get(variableOf(finding, short)) ?? 0) > 1;
    const wanted = isShared && longName !== undefined ? validName(longName) : short;
    let own = wanted;
    for (let number = 2; taken.has(variableOf(finding, own)); number++) own = `${wanted}-${number}`;
    taken.add(variableOf(finding, own));
    findings.push({ ...finding, name: own });
  }
  return { findings, left };
}

/** At most 64 characters are accepted; a number may follow. */
const mostCharacters = 56;

const validName = (text: string): string =>
  text
    .normalize('NFC')
    .replaceAll(/[^\w.-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, mostCharacters) || 'unnamed';
