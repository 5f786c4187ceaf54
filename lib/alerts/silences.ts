// Silences, acknowledgements and lifts, which people leave as files, and the maintenance windows of the configuration.
import { type ContentOf, fits, number, object, oneOf, optional, string } from '../contract/shape.ts';
import { secondsSince } from '../core/age.ts';
import { oneLine } from '../core/harmless.ts';
import { formatDuration } from '../core/quantity.ts';
import type { AlertsConfig } from './config.ts';
import type { ActiveSilence } from './files.ts';
import { parseWindow } from './maintenance.ts';
import { alertNameProblem, everything } from './named.ts';

const noteSchema = object({
  schema_version: number,
  kind: oneOf(['silence', 'acknowledgement', 'lift']),
  /** `rule`, `rule:subject`, or `everything`. */
  of: string,
  who: string,
  reason: string,
  from: string,
  /** End of a silence; of a lift, the end of the last silence it lifts. An acknowledgement ends with the incident. */
  until: optional(string),
});

export type Note = ContentOf<typeof noteSchema>;

type Left = Note & { readonly name: string };

/** A file in the silences folder, or why it could not be read. */
export interface FoundNote {
  readonly name: string;
  readonly text: string;
  readonly problem?: string;
}

const mostProblems = 10;

/** The valid notes of the silences folder; every other file becomes a problem. */
export function parseNotes(files: readonly FoundNote[]): { notes: Left[]; problems: string[] } {
  const problems: string[] = [];
  const notes = files.flatMap(({ name: file, text, problem }): Left[] => {
    const name = oneLine(file);
    if (problem !== undefined) {
      problems.push(`${name} among the silences cannot be read and is ignored: ${problem}`);
      return [];
    }
    try {
      const value: unknown = JSON.parse(text);
      if (fits(noteSchema, value) && areInstants(value)) {
        const wrong = refusal(value);
        if (wrong === undefined) return [{ ...value, name: file }];
        problems.push(`${name} among the silences is refused and has no effect: ${wrong}`);
        return [];
      }
    } catch {
      // Reported below.
    }
    problems.push(
      `${name} among the silences is not a valid note and is ignored: write silences with ops-monitor silence`,
    );
    return [];
  });
  const more = problems.length - mostProblems;
  if (more > 1) problems.splice(mostProblems - 1, more + 1, `and ${more + 1} more files among the silences`);
  return { notes, problems };
}

/** The longest silence that the command grants, and that a file may ask for. */
export const longestSilenceSeconds = 30 * 86_400;
/** The alert of a part of a node has a name with two names of your own and one of a unit in it. */
const mostCharacters = { of: 400, who: 100, reason: 1000 } as const;

/** A file that somebody put into the folder by hand may do no more than the command `silence` can. */
function refusal(note: Note): string | undefined {
  for (const [key, most] of Object.entries(mostCharacters)) {
    const text = note[key as keyof typeof mostCharacters];
    if (text.length > most) return `its ${key} has ${text.length} characters (at most ${most})`;
    if (text.trim() === '') return `its ${key} is empty`;
    if (oneLine(text) !== text.trim()) return `its ${key} has control characters or line breaks`;
  }
  const seconds = secondsSince(note.from, note.until ?? note.from);
  if (note.kind === 'silence' && seconds > longestSilenceSeconds)
    return `it lasts ${formatDuration(seconds)} (at most ${formatDuration(longestSilenceSeconds)})`;
  return alertNameProblem(note.of);
}

/** Times are compared as text: one that is not an instant in UTC would sort last, and silence for ever. */
const areInstants = ({ kind, from, until }: Note): boolean =>
  [from, ...(kind === 'acknowledgement' ? [] : [until])].every(
    (time) =>
      time !== undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(time) && !Number.isNaN(Date.parse(time)),
  );

/** Without lifts and the silences they end: the file of a lifted silence may not be ours to remove. */
const standing = (notes: readonly Note[]): (Note & { kind: 'silence' | 'acknowledgement' })[] =>
  notes.flatMap((note) => {
    const { kind } = note;
    if (kind === 'lift' || (kind === 'silence' && notes.some((other) => lifts(other, note)))) return [];
    return [{ ...note, kind }];
  });

const lifts = (lift: Note, { of, from }: Note): boolean => lift.kind === 'lift' && lift.of === of && from <= lift.from;

/** The reason of the silence or maintenance window that covers the alert now, if there is one. */
export function silencedBy(
  notes: readonly Note[],
  windows: AlertsConfig['alerts']['maintenance'],
  id: string,
  at: Date,
): string | undefined {
  for (const { kind, of, who, reason, from, until } of standing(notes)) {
    if (kind !== 'silence' || !covers(of, id) || until === undefined) continue;
    const now = at.toISOString();
    if (from <= now && now < until) return `silenced by ${who} until ${until}: ${reason}`;
  }
  for (const { every, rules, reason } of windows) {
    if (rules && !rules.some((of) => covers(of, id))) continue;
    if (parseWindow(every)?.(at)) return `maintenance (${every}): ${reason}`;
  }
  return undefined;
}

/** The acknowledgement made since the incident began, if there is one: it does not count for the next incident. */
export function acknowledgedBy(notes: readonly Note[], id: string, firstSeen: string | undefined): string | undefined {
  if (firstSeen === undefined) return undefined;
  const found = notes.find(({ kind, of, from }) => kind === 'acknowledgement' && of === id && from >= firstSeen);
  return found && `acknowledged by ${found.who}: ${found.reason}`;
}

/** Silences, acknowledgements and windows that hold now, for the report. */
export function activeSilences(
  notes: readonly Note[],
  windows: AlertsConfig['alerts']['maintenance'],
  firstSeenOf: (id: string) => string | undefined,
  at: Date,
): ActiveSilence[] {
  const now = at.toISOString();
  return [
    ...standing(notes).flatMap((note): ActiveSilence[] => {
      const { kind, of, who, reason, from, until } = note;
      if (kind === 'silence') return from <= now && isBefore(now, until) ? [{ kind, of, who, until, reason }] : [];
      return acknowledgedBy([note], of, firstSeenOf(of)) === undefined ? [] : [{ kind, of, who, reason }];
    }),
    ...windows.flatMap(({ every, rules, reason }): ActiveSilence[] =>
      parseWindow(every)?.(at)
        ? (rules ?? [everything]).map((of) => ({ kind: 'maintenance', of, reason: `${every}: ${reason}` }))
        : [],
    ),
  ];
}

const keptSeconds = 7 * 86_400;

/** Names of the files of notes that ended a week ago. */
export function expiredNotes(
  notes: readonly Left[],
  firstSeenOf: (id: string) => string | undefined,
  at: Date,
): string[] {
  const early = new Date(at.getTime() - keptSeconds * 1000).toISOString();
  return notes.flatMap(({ name, kind, of, from, until }) => {
    const isOver = kind === 'acknowledgement' ? from < early && firstSeenOf(of) === undefined : isBefore(until, early);
    return isOver ? [name] : [];
  });
}

const isBefore = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && one < other;

/** `red` and `red:endpoint-status` both cover `red:endpoint-status:dashboard`. */
export const covers = (of: string, id: string): boolean => of === everything || of === id || id.startsWith(`${of}:`);
