// Recognises how a tree of data is laid out by date, from the names of its folders and files, and how often a file comes.

const year = String.raw`(?:19|20)\d\d`;
const month = '(?:0[1-9]|1[0-2])';
const day = String.raw`(?:0[1-9]|[12]\d|3[01])`;

/** Names of dated folders, and the pattern that stands for them in `files`. `below` says what the folders above must have told. */
const levels: readonly { readonly name: RegExp; readonly token: string; readonly below: '' | '{yyyy}' | '{MM}' }[] = [
  { name: new RegExp(`^${year}$`), token: '{yyyy}', below: '' },
  ...['', '-', '_', '.'].flatMap((mark) => [
    {
      name: new RegExp(`^${year}${mark}${month}${mark}${day}$`),
      token: `{yyyy}${mark}{MM}${mark}{dd}`,
      below: '',
    } as const,
    { name: new RegExp(`^${year}${mark}${month}$`), token: `{yyyy}${mark}{MM}`, below: '' } as const,
  ]),
  { name: new RegExp(`^${month}$`), token: '{MM}', below: '{yyyy}' },
  { name: new RegExp(`^${day}$`), token: '{dd}', below: '{MM}' },
];

export interface DatedLevel {
  readonly token: string;
  /** The dated names, newest first. */
  readonly names: readonly string[];
}

/** The dated folders among the names; undefined where fewer than half of them are. `above`: the tokens of the folders above. */
export function datedLevel(names: readonly string[], above: string): DatedLevel | undefined {
  const shown = names.filter((name) => !name.startsWith('.'));
  for (const { name: pattern, token, below } of levels) {
    const isPossible = below === '' ? !above.includes('{dd}') : above.includes(below) && !above.includes(token);
    const dated = isPossible ? shown.filter((name) => pattern.test(name)) : [];
    if (dated.length > 0 && dated.length * 2 >= shown.length) return { token, names: dated.sort().reverse() };
  }
  return undefined;
}

/** Whether the names are the days of a year, 001 to 366, for which `files` has no token. */
export const areDaysOfYear = (names: readonly string[]): boolean =>
  names.length > 0 && names.every((name) => /^[0-3]\d\d$/.test(name));

export interface DatedFiles {
  /** The names of one pattern have the same text before their date. */
  readonly files: string;
  readonly before: string;
  /** Newest first. */
  readonly names: readonly string[];
}

const dateInName = new RegExp(String.raw`^(.*?)(?<!\d)(${year})([-_.]?)(${month})\3(${day})(?!\d{5})`);

/** The files with a day in their name, by the text before the day: each is a stream of its own. */
export function datedFiles(names: readonly string[]): DatedFiles[] {
  const groups = new Map<string, { before: string; mark: string; names: string[] }>();
  for (const name of names) {
    const [, before = '', , mark = ''] = dateInName.exec(name) ?? [undefined, '\0'];
    if (before === '\0') continue;
    const key = `${before}\0${mark}`;
    const group = groups.get(key) ?? { before, mark, names: [] };
    group.names.push(name);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ before, mark, names: found }) =>
    isPlainPattern(before)
      ? [
          {
            files: `${before}{yyyy}${mark}{MM}${mark}{dd}*${commonEnding(found)}`,
            before,
            names: found.sort().reverse(),
          },
        ]
      : [],
  );
}

/** Whether a name stands for itself in a pattern of `files`. */
export const isPlainPattern = (name: string): boolean => !/[*?[\]{}\\]/.test(name);

/** `.nc` where all names end so; empty where they do not. */
export function commonEnding(names: readonly string[]): string {
  const endings = new Set(names.map((name) => /(?:\.[A-Za-z][A-Za-z0-9]{0,7}){1,2}$/.exec(name)?.[0] ?? ''));
  const [ending = ''] = endings;
  return endings.size === 1 ? ending : '';
}

const minute = 60;
const daySeconds = 86_400;
const windows: readonly (readonly [seconds: number, text: string])[] = [
  [15 * minute, '15m'],
  [30 * minute, '30m'],
  [60 * minute, '1h'],
  [90 * minute, '1.5h'],
  [120 * minute, '2h'],
  [180 * minute, '3h'],
  [360 * minute, '6h'],
  [720 * minute, '12h'],
  [daySeconds, '1d'],
  [2 * daySeconds, '2d'],
  [3 * daySeconds, '3d'],
  [7 * daySeconds, '1w'],
  [14 * daySeconds, '2w'],
  [35 * daySeconds, '5w'],
];

export interface Rhythm {
  readonly window: string;
  readonly windowSeconds: number;
  /** Mostly so long passes from one file, or one batch of files, to the next. */
  readonly stepSeconds: number;
}

/** Files that come within a minute are one batch. */
const batchSeconds = minute;

/** The window that the spacing of the newest files suggests: three steps, and half as long again as the longest gap.
 * Undefined where fewer than three gaps are known, or the steps are longer than any window. */
export function rhythmOf(timesMs: readonly number[]): Rhythm | undefined {
  const sorted = timesMs.toSorted((one, other) => one - other);
  const gaps = sorted
    .slice(1)
    .map((time, index) => (time - (sorted[index] ?? time)) / 1000)
    .filter((gap) => gap >= batchSeconds)
    .sort((one, other) => one - other);
  if (gaps.length < 3) return undefined;
  const stepSeconds = gaps[Math.floor(gaps.length / 2)] ?? 0;
  const wanted = Math.max(3 * stepSeconds, 1.5 * (gaps.at(-1) ?? 0));
  const [windowSeconds, window] = windows.find(([seconds]) => seconds >= wanted) ?? [];
  return window === undefined || windowSeconds === undefined ? undefined : { window, windowSeconds, stepSeconds };
}
