// Parses the output of the scripts in snapshot/list-script.ts. A listing counts only with its end mark: a `find` that was
// killed prints the same as one that found less.
import { codedError } from '../contract/errors.ts';
import { counted, firstLine } from '../core/text.ts';
import { isNonGnuFind } from './remote.ts';

/** A file's path below the root, its size, and the time when it was modified. */
export type OnFile = (path: string, bytes: number, modifiedMs: number) => void;

interface ExpectedListing {
  readonly root: string;
  readonly onFile: OnFile;
}

/** `complete`, a failure of this listing, or `undefined` where the output ended before this listing did. */
type ListingOutcome = 'complete' | Error | undefined;

/** A record has a path of at most 4,096 bytes. */
const longestRecord = 20_000;

/** Parses records while they arrive, and keeps none of them. */
export function listingParser(expected: readonly ExpectedListing[]) {
  const states = expected.map(() => ({ hasEnd: false, exitCode: undefined as number | undefined }));
  const prefixes = expected.map(({ root }) => (root.endsWith('/') ? root : `${root}/`));
  let index = 0;
  let rest = '';
  let problem: Error | undefined;

  const take = (record: string): void => {
    const state = states[index];
    if (!state || record === '') return;
    if (record.startsWith('#')) {
      if (record === '# end') state.hasEnd = true;
      else if (/^# exit \d+$/.test(record)) states[index++]!.exitCode = Number(record.slice('# exit '.length));
      else problem = notARecord(record);
      return;
    }
    const first = record.indexOf('\t');
    const second = record.indexOf('\t', first + 1);
    const [seconds, size] = [record.slice(0, first), record.slice(first + 1, second)];
    const prefix = prefixes[index] ?? '';
    const below = second + 1 + prefix.length;
    if (
      !/^-?\d+(\.\d+)?$/.test(seconds) ||
      !/^\d+$/.test(size) ||
      !record.startsWith(prefix, second + 1) ||
      below === record.length
    )
      problem = notARecord(record);
    else expected[index]?.onFile(record.slice(below), Number(size), Number(seconds) * 1000);
  };

  return {
    feed(text: string): void {
      if (problem) return;
      const all = rest + text;
      let start = 0;
      for (let end = all.indexOf('\0'); end >= 0; end = all.indexOf('\0', start)) {
        take(all.slice(start, end));
        if (problem) return;
        start = end + 1;
      }
      rest = all.slice(start);
      if (rest.length > longestRecord) problem = notARecord(rest);
    },

    /** The outcome of each listing so far. `exitCode` is that of the script; undefined where the script has not ended. */
    outcomes(exitCode: number | undefined, stderr: string, host: string): ListingOutcome[] {
      const errors = stderr.split(/^# next$/m).map((part) => part.split('\n'));
      return states.map((state, listing) => {
        if (listing === index && problem) return problem;
        // The last find replaces the shell, so its exit code is that of the script.
        const isLast = listing === states.length - 1 && listing === index;
        const code = state.exitCode ?? (isLast ? exitCode : undefined);
        const hasErrors = exitCode !== undefined || listing < errors.length - 1;
        if (code === undefined || !hasErrors) return undefined;
        const hasEnd = state.hasEnd && (listing < index || rest === '');
        return outcomeOf(expected[listing]?.root ?? '', host, { hasEnd, code, errors: errors[listing] ?? [] });
      });
    },
  };
}

interface EndedFind {
  readonly hasEnd: boolean;
  readonly code: number;
  readonly errors: readonly string[];
}

function outcomeOf(root: string, host: string, { hasEnd, code, errors }: EndedFind): ListingOutcome {
  if (hasEnd && code === 0) return 'complete';
  const where = host === 'local' ? root : `${root} on ${host}`;
  // Other lines are noise: of a login shell, of ssh, of the dynamic linker.
  const ofFind = errors.filter((line) => /^(find|sh): /.test(line));
  const [first, ...more] = ofFind.filter((line) => !line.endsWith(': No such file or directory'));
  // A day without a folder yet is no error. The end mark proves that the root exists.
  if (hasEnd && code === 1 && ofFind.length > 0 && first === undefined) return 'complete';
  if (isNonGnuFind(ofFind.join('\n'))) return new Error(`${host} has no GNU find: ${firstLine(ofFind[0] ?? '')}`);
  if (first !== undefined) {
    const others = more.length === 0 ? '' : ` (and ${counted(more.length, 'more error')})`;
    return new Error(`listing ${where} failed: ${firstLine(first)}${others}`);
  }
  if (code === 1 && ofFind.some((line) => line.includes(`${root}/.'`)))
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
