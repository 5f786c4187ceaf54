// Reads which share of the lines a test run covered, from the file that the coverage tool left: lcov, Cobertura XML, Istanbul's
// coverage-summary.json and coverage-final.json, coverage.py's JSON, Go's profile. The format is recognised by its text.
import { type JsonLimits, parseForeignJson } from './json.ts';

export interface Coverage {
  readonly format: 'lcov' | 'cobertura' | 'istanbul' | 'coverage.py' | 'go';
  readonly covered: number;
  readonly lines: number;
}

/** A coverage-final.json of a large code base. */
const large: JsonLimits = { characters: 32 * 1024 * 1024, depth: 32, values: 4_000_000 };

export function parseCoverage(text: string): Coverage {
  const start = text.slice(0, 4096).trimStart();
  const found = start.startsWith('{')
    ? coverageInJson(text)
    : start.startsWith('<')
      ? cobertura(text)
      : start.startsWith('mode:')
        ? goProfile(text)
        : /^(TN|SF):/m.test(start)
          ? lcov(text)
          : undefined;
  if (!found)
    throw new Error(
      `it is no coverage file that is known (lcov, Cobertura, Istanbul, coverage.py, Go): ${JSON.stringify(text.slice(0, 60))}`,
    );
  const { format, covered, lines } = found;
  // A file in which no line can be covered says nothing: 0 of 0 is no share.
  if (!(Number.isSafeInteger(covered) && Number.isSafeInteger(lines) && lines > 0 && covered >= 0 && covered <= lines))
    throw new Error(`the ${format} file counts ${covered} covered of ${lines} lines`);
  return found;
}

function lcov(text: string): Coverage {
  let [covered, lines] = [0, 0];
  for (const [, key, count] of text.matchAll(/^(LF|LH):(\d+)\s*$/gm))
    if (key === 'LF') lines += Number(count);
    else covered += Number(count);
  return { format: 'lcov', covered, lines };
}

/** Only the attributes of the root are read: no entity is expanded, and nothing is nested. */
function cobertura(text: string): Coverage | undefined {
  const tag = /<coverage\s[^<>]{0,4000}>/.exec(text.slice(0, 65_536))?.[0];
  if (tag === undefined) return undefined;
  const attribute = (name: string): number => Number(new RegExp(`\\s${name}="(\\d+)"`).exec(tag)?.[1] ?? NaN);
  return { format: 'cobertura', covered: attribute('lines-covered'), lines: attribute('lines-valid') };
}

/** `file.go:10.2,12.16 3 1`: a block with 3 statements that ran once. A block occurs once per test binary. */
function goProfile(text: string): Coverage {
  const blocks = new Map<string, { statements: number; ran: boolean }>();
  for (const [, block = '', statements, count] of text.matchAll(/^(\S+:\d+\.\d+,\d+\.\d+) (\d+) (\d+)\s*$/gm)) {
    const ran = Number(count) > 0 || blocks.get(block)?.ran === true;
    blocks.set(block, { statements: Number(statements), ran });
  }
  let [covered, lines] = [0, 0];
  for (const { statements, ran } of blocks.values()) {
    lines += statements;
    if (ran) covered += statements;
  }
  return { format: 'go', covered, lines };
}

function coverageInJson(text: string): Coverage | undefined {
  const value = parseForeignJson(text, 'the coverage file', large);
  const summary = numbersAt(value, ['total', 'lines'], 'covered', 'total');
  if (summary) return { format: 'istanbul', ...summary };
  const python = numbersAt(value, ['totals'], 'covered_lines', 'num_statements');
  if (python) return { format: 'coverage.py', ...python };
  return istanbulFinal(value);
}

function numbersAt(value: unknown, path: readonly string[], covered: string, lines: string) {
  const found = path.reduce(member, value);
  const [one, all] = [member(found, covered), member(found, lines)];
  return typeof one === 'number' && typeof all === 'number' ? { covered: one, lines: all } : undefined;
}

/** Path → statements `s` with how often each ran. Statements that begin in one line count as one line, as Istanbul counts. */
function istanbulFinal(value: unknown): Coverage | undefined {
  let [covered, lines] = [0, 0];
  for (const file of Object.values(value ?? {})) {
    const [runs, places] = [member(file, 's'), member(file, 'statementMap')];
    if (typeof runs !== 'object' || runs === null) return undefined;
    const ran = new Map<unknown, boolean>();
    for (const [id, count] of Object.entries(runs)) {
      const line = member(member(member(places, id), 'start'), 'line');
      ran.set(line, (Number(count) > 0 || ran.get(line)) ?? false);
    }
    lines += ran.size;
    covered += [...ran.values()].filter(Boolean).length;
  }
  return lines === 0 ? undefined : { format: 'istanbul', covered, lines };
}

const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
