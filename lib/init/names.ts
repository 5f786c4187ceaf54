// Gives each finding a name that a configuration accepts, and leaves out what must not be written: whoever names a file, a
// unit or a machine must not be able to write into the configuration or to the terminal.
import { oneLine } from '../core/harmless.ts';
import { firstLine, identifierOf } from '../core/text.ts';
import type { Finding, Found, Plain } from './finding.ts';

const longest = 1000;

/** A text without control characters, marks of direction, parts that were no UTF-8, or leading and trailing spaces. */
const isHarmless = (text: string): boolean =>
  oneLine(text) === text && !text.includes('\uFFFD') && text.isWellFormed() && text.length <= longest;

const textsIn = (value: Plain): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'boolean' ? [] : Object.values(value).flatMap(textsIn);
};

export function nameFindings(all: readonly Finding[]): Pick<Found, 'findings' | 'left'> {
  const isFit = (finding: Finding): boolean => textsIn(finding.value).every(isHarmless);
  const fit = all.filter(isFit);
  const left = all.filter((finding) => !isFit(finding));
  const count = (text: string, pick: (finding: Finding) => string): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const finding of fit.filter(({ key }) => key === text))
      counts.set(pick(finding), (counts.get(pick(finding)) ?? 0) + 1);
    return counts;
  };
  const taken = new Set<string>();
  const counts = new Map([...new Set(fit.map(({ key }) => key))].map((key) => [key, count(key, short)]));
  const findings = fit.map((finding) => {
    if (finding.key === 'services') return finding;
    const isShared = (counts.get(finding.key)?.get(short(finding)) ?? 0) > 1;
    const wanted = isShared && finding.longName !== undefined ? validName(finding.longName) : short(finding);
    let name = wanted;
    for (let number = 2; taken.has(`${finding.key} ${identifierOf(name).toLowerCase()}`); number++)
      name = `${wanted}-${number}`;
    taken.add(`${finding.key} ${identifierOf(name).toLowerCase()}`);
    return { ...finding, name };
  });
  return {
    findings,
    left: left.map(({ key, value }) => ({
      what: `${key}: ${firstLine(textsIn(value).join(' '), 80)}`,
      why: 'its name has characters that a configuration must not hold',
    })),
  };
}

const short = ({ name }: Finding): string => validName(name);

/** At most 64 characters are accepted; a number may follow. */
const mostCharacters = 56;

const validName = (text: string): string =>
  text
    .normalize('NFC')
    .replaceAll(/[^\w.-]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, mostCharacters) || 'unnamed';
