// The pattern of a stream's file paths: `{yyyy}/{MM}/{dd}/*_{HH}{mm}.nc`. The day belongs in the folders, so that only
// the newest folders need to be searched; hours, minutes and seconds belong in the file's name.
import { escapePattern } from '../core/text.ts';
import { timeOfClock } from '../core/zone.ts';

interface PathPart {
  /** Pattern for `find -name`, in which each token of a time is replaced by `[0-9]`s. */
  readonly glob: string;
  readonly pattern: RegExp;
}

export interface DataPath {
  /** Folders below the root, outermost first. Empty where all files lie in the root. */
  readonly folders: readonly PathPart[];
  /** True for `**` before the file's name: the files lie at any depth below the folders. */
  readonly anyDepth: boolean;
  readonly file: PathPart;
  readonly text: string;
}

/** Each stands for as many digits as it has letters. */
const tokens = ['yyyy', 'MM', 'dd', 'HH', 'mm', 'ss'];

const parsed = new Map<string, DataPath>();

/** A pattern is parsed once: a stream and its mirrors ask for it many times. */
export function parseDataPath(text: string): DataPath {
  const known = parsed.get(text) ?? parseParts(text);
  parsed.set(text, known);
  return known;
}

function parseParts(text: string): DataPath {
  const parts = text.split('/');
  if (text.includes('{mm}') && !text.includes('{HH}'))
    throw new Error(`${JSON.stringify(text)}: {mm} is minutes, {MM} the month`);
  const file = parts.pop() ?? '';
  const anyDepth = parts.at(-1) === '**';
  if (anyDepth) parts.pop();
  for (const folder of parts) {
    if (folder === '' || folder === '.' || folder === '..')
      throw new Error(`${JSON.stringify(text)}: a pattern begins below the root and has no empty parts`);
    if (/[*?[]/.test(folder))
      throw new Error(`${JSON.stringify(text)}: only the file's name may have wildcards, or ** before it`);
    if (/\{(HH|mm|ss)\}/.test(folder))
      throw new Error(`${JSON.stringify(text)}: hours and less belong in the file's name, not in a folder's`);
  }
  if (file === '') throw new Error(`${JSON.stringify(text)}: the pattern names no file`);
  return { folders: parts.map(parsePathPart), anyDepth, file: parsePathPart(file), text };
}

function parsePathPart(text: string): PathPart {
  let glob = '';
  let pattern = '';
  const seen = new Set<string>();
  for (const piece of text.split(/(\{\w+\}|[*?])/)) {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    if (name !== undefined) {
      if (!tokens.includes(name))
        throw new Error(`${JSON.stringify(text)}: unknown token {${name}}; known: ${tokens.join(', ')}`);
      const digits = `\\d{${name.length}}`;
      glob += '[0-9]'.repeat(name.length);
      pattern += seen.has(name) ? digits : `(?<${name}>${digits})`;
      seen.add(name);
    } else if (piece === '*' || piece === '?') {
      glob += piece;
      pattern += piece === '*' ? '[^/]*' : '[^/]';
    } else {
      glob += piece.replaceAll(/[[\]\\*?]/g, '\\$&');
      pattern += escapePattern(piece);
    }
  }
  return { glob, pattern: new RegExp(`^${pattern}$`) };
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

/** The folder of a UTC day, or of its month or year; undefined where the folders carry no date. */
export function folderOfDay(dataPath: DataPath, day: Date): string | undefined {
  if (!hasDatedFolders(dataPath)) return undefined;
  return dataPath.text
    .split('/')
    .slice(0, dataPath.folders.length)
    .join('/')
    .replaceAll('{yyyy}', pad(day.getUTCFullYear(), 4))
    .replaceAll('{MM}', pad(day.getUTCMonth() + 1, 2))
    .replaceAll('{dd}', pad(day.getUTCDate(), 2));
}

export const hasDatedFolders = ({ folders }: DataPath): boolean =>
  folders.some(({ pattern }) => pattern.source.includes('(?<'));

/** Whether each day has a folder of its own. Otherwise a folder holds a month, a year or everything. */
export const hasDayFolders = ({ folders }: DataPath): boolean =>
  folders.some(({ pattern }) => pattern.source.includes('<dd>'));

/** The time in a file's path below the root, by the clock of this zone; undefined where the path holds no valid time or
 * not the whole date. */
export function timeInPath(dataPath: DataPath, path: string, zone = 'UTC'): Date | undefined {
  const parts = path.split('/');
  const file = parts.at(-1) ?? '';
  const found: Record<string, string> = {};
  dataPath.folders.forEach(({ pattern }, index) => Object.assign(found, pattern.exec(parts[index] ?? '')?.groups));
  const groups = dataPath.file.pattern.exec(file)?.groups;
  Object.assign(found, groups);
  const { yyyy, MM, dd, HH = '00', mm = '00', ss = '00' } = found;
  if (yyyy === undefined || MM === undefined || dd === undefined) return undefined;
  const time = new Date(`${yyyy}-${MM}-${dd}T${HH}:${mm}:${ss}Z`);
  // JavaScript turns 30 February into 2 March instead of refusing it.
  const isValid = !Number.isNaN(time.getTime()) && time.getUTCDate() === Number(dd);
  return isValid ? timeOfClock(time, zone) : undefined;
}

/** The date in the path of a folder below the root, as text that sorts by time; empty where the path does not match. */
export function dateOfFolder({ folders }: DataPath, path: string): string {
  const parts = path.split('/');
  const found: Record<string, string> = {};
  folders.forEach(({ pattern }, level) => Object.assign(found, pattern.exec(parts[level] ?? '')?.groups));
  const { yyyy = '', MM = '', dd = '' } = found;
  return `${yyyy}${MM}${dd}`;
}

/** Resolution of the times in these paths, in seconds; undefined where the pattern lacks year, month or day. */
export function finenessOf({ text }: DataPath): number | undefined {
  const has = (name: string): boolean => text.includes(`{${name}}`);
  if (!['yyyy', 'MM', 'dd'].every(has)) return undefined;
  if (!has('HH')) return 86_400;
  if (!has('mm')) return 3600;
  return has('ss') ? 1 : 60;
}

/** Matches paths whose file name matches one of these patterns, in which `*` stands for any characters and `?` for one. It
 * runs over every file, so a pattern that begins with `*` is not anchored: that is ten times as fast. */
export function temporaryPattern(patterns: readonly string[]): RegExp {
  const expressions = patterns.map((pattern) => {
    const isOpen = pattern.startsWith('*');
    const rest = escapePattern(isOpen ? pattern.slice(1) : pattern)
      .replaceAll(String.raw`\*`, '[^/]*')
      .replaceAll(String.raw`\?`, '[^/]');
    return isOpen ? rest : `(?:^|/)${rest}`;
  });
  return expressions.length === 0 ? /^(?!)/ : new RegExp(`(?:${expressions.join('|')})$`, 'i');
}
