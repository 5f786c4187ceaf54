// The result of trying one thing that the configuration names.
import type { KeyPath } from '../../config/origin.ts';
import { oneLine } from '../../core/harmless.ts';
import { reasonOf } from '../../core/text.ts';
import { maskUrls } from '../../core/urls.ts';
import { withDeadline } from '../../engine/deadline.ts';

export type Outcome = 'ok' | 'problem' | 'unknown';

export interface Finding {
  /** The key of the thing in the configuration. */
  readonly path: KeyPath;
  readonly outcome: Outcome;
  /** The value seen; in a problem, also the advice what to do. */
  readonly says: string;
}

const longest = 500;

function finding(path: KeyPath, outcome: Outcome, words: string): Finding {
  // Words may come from a file, a server or another machine.
  const line = maskUrls(oneLine(words));
  return { path, outcome, says: line.length > longest ? `${line.slice(0, longest - 1).toWellFormed()}…` : line };
}

export const ok = (path: KeyPath, seen: string): Finding => finding(path, 'ok', seen);
export const problem = (path: KeyPath, seen: string, todo: string): Finding =>
  finding(path, 'problem', `${seen}${/[.?!]$/.test(seen) ? '' : '.'} ${todo}`);
export const unknown = (path: KeyPath, reason: string): Finding => finding(path, 'unknown', reason);

/** `services.0` is shown as `services`: the entry is named by what was seen. */
export const keyOf = ({ path }: Finding): string => path.filter((key) => typeof key === 'string').join('.');

/** Work that fails or hangs leaves the thing unknown, and affects no other. */
export const tried = (path: KeyPath, seconds: number, work: () => Promise<Finding>): Promise<Finding> =>
  withDeadline(seconds * 1000, 'trying it', work).catch((error: unknown) => unknown(path, reasonOf(error)));
