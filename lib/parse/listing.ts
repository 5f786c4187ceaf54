// Parses the output of the commands in snapshot/list-script.ts. A listing counts only with its end mark: a `find` that was
// killed prints the same as one that found less.
import { codedError } from '../contract/errors.ts';
import { counted, firstLine } from '../core/text.ts';
import { isNonGnuFind } from './remote.ts';

/** A file's path below the root, its size, and the time when it was modified. */
export type OnFile = (path: string, bytes: number, modifiedMs: number) => void;

interface ExpectedListing {
  readonly root: string;
  /** The number that its records begin with. Files of other numbers match the selection of another listing only. */
  readonly selection: number;
  readonly onFile: OnFile;
}

/** `complete`, a failure of this listing, or `undefined` where the listing has to be repeated by itself. */
type ListingOutcome = 'complete' | Error | undefined;

/** A record has a path of at most 4,096 bytes. */
const longestRecord = 20_000;

/** Parses records while they arrive, and keeps none of them. Between two listings stands the mark of `between`. */
export function listingParser(expected: readonly ExpectedListing[], between: string) {
  const states = expected.map(() => ({ hasEnd: false, hasLinks: false }));
  const prefixes = expected.map(({ root }) => (root.endsWith('/') ? root : `${root}/`));
  let index = 0;
  let rest = '';
  let problem: Error | undefined;

  /** Takes one record and returns its end, or -1 where the record is not whole or none. */
  const take = (text: string, start: number): number => {
    const listing = expected[index];
    const state = states[index];
    const prefix = prefixes[index];
    if (!listing || !state || prefix === undefined) return -1;
    fileRecord.lastIndex = otherRecord.lastIndex = start;
    const file = fileRecord.exec(text);
    if (file) {
      const [, selection = '', seconds = '', bytes = '', path = ''] = file;
      if (!path.startsWith(prefix) || path.length === prefix.length) return -1;
      if (Number(selection) === listing.selection)
        listing.onFile(path.slice(prefix.length), Number(bytes), Number(seconds) * 1000);
      return fileRecord.lastIndex;
    }
    const other = otherRecord.exec(text);
    if (!other) return -1;
    const [, link, mark] = other;
    if (link !== undefined) state.hasLinks ||= Number(link) === listing.selection;
    else if (mark === `${listing.root}/.`) state.hasEnd = true;
    else if (mark === between) index += 1;
    else return -1;
    return otherRecord.lastIndex;
  };

  return {
    feed(text: string): void {
      if (problem) return;
      const all = rest + text;
      let start = 0;
      for (let end = take(all, 0); end >= 0; end = take(all, start)) start = end;
      rest = all.slice(start);
      if (rest.includes('\0') || rest.length > longestRecord) problem = notARecord(rest.split('\0', 1)[0] ?? '');
    },

    /** The outcome of each listing. `exitCode` is undefined where the command has not ended. */
    outcomes(exitCode: number | undefined, stderr: string, host: string): ListingOutcome[] {
      const errors = stderr.split('\n');
      const isWhole = problem === undefined && rest === '' && index === states.length - 1;
      const [only] = states;
      if (only && states.length === 1) {
        if (problem) return [problem];
        if (exitCode === undefined) return [undefined];
        const hasEnd = only.hasEnd && isWhole;
        return [outcomeOf(expected[0]?.root ?? '', host, { hasEnd, code: exitCode, errors })];
      }
      // Only a listing by itself gives the reason of a failure.
      const none = states.map(() => undefined);
      const { missing, others } = errorsOfFind(errors);
      const isEnded = exitCode === 0 || (exitCode === 1 && missing.length + others.length > 0);
      if (!isWhole || !isEnded) return none;
      const isNamed = (line: string, { root }: ExpectedListing): boolean => line.includes(root);
      if (others.some((line) => !expected.some((listing) => isNamed(line, listing)))) return none;
      return states.map(({ hasEnd, hasLinks }, listing) => {
        const isHit = others.some((line) => isNamed(line, expected[listing]!));
        return hasEnd && !hasLinks && !isHit ? 'complete' : undefined;
      });
    },
  };
}

const fileRecord = /(\d+)\t(-?\d+(?:\.\d+)?)\t(\d+)\t([^\0]+)\0/y;
const otherRecord = /(?:(\d+)\tlink|# ([^\0]+))\0/y;

interface EndedFind {
  readonly hasEnd: boolean;
  readonly code: number;
  readonly errors: readonly string[];
}

/** Other lines are noise: of a login shell, of ssh, of the dynamic linker. */
function errorsOfFind(errors: readonly string[]) {
  const all = errors.filter((line) => /^(find|sh): /.test(line));
  const isMissing = (line: string): boolean => line.endsWith(': No such file or directory');
  return { all, missing: all.filter(isMissing), others: all.filter((line) => !isMissing(line)) };
}

function outcomeOf(root: string, host: string, { hasEnd, code, errors }: EndedFind): ListingOutcome {
  if (hasEnd && code === 0) return 'complete';
  const where = host === 'local' ? root : `${root} on ${host}`;
  const { all, missing, others } = errorsOfFind(errors);
  const [first, ...more] = others;
  // A day without a folder yet is no error. The end mark proves that the root exists.
  if (hasEnd && code === 1 && missing.length > 0 && first === undefined) return 'complete';
  if (isNonGnuFind(all.join('\n'))) return new Error(`${host} has no GNU find: ${firstLine(all[0] ?? '')}`);
  if (first !== undefined) {
    const rest = more.length === 0 ? '' : ` (and ${counted(more.length, 'more error')})`;
    return new Error(`listing ${where} failed: ${firstLine(first)}${rest}`);
  }
  if (code === 1 && missing.some((line) => line.includes(`${root}/.'`)))
    return codedError('ENOENT', `ENOENT: there is no folder ${where}`);
  const how = code > 128 ? `was killed (exit code ${code})` : `ended with exit code ${code}`;
  return new Error(`listing ${where} is incomplete: find ${how}${hasEnd ? '' : ' and printed no end mark'}`);
}

const notARecord = (record: string): Error =>
  new Error(`find did not print a file: ${JSON.stringify(record.slice(0, 120))}`);

/** Parses the output of the script that lists folders: absolute paths, then an end mark. */
export function parseFolders(text: string, root: string): string[] {
  const records = text.split('\0');
  const prefix = root.endsWith('/') ? root : `${root}/`;
  if (records.pop() !== '' || records.pop() !== '# end')
    throw new Error(`listing the folders of ${root} is incomplete: there is no end mark`);
  const strange = records.find((record) => !record.startsWith(prefix));
  if (strange !== undefined)
    throw new Error(`the shell did not print a folder of ${root}: ${JSON.stringify(strange.slice(0, 120))}`);
  return records.map((record) => record.slice(prefix.length));
}
