// Who does not want to hear of what, until when and why; and who knows of it already. Files that people leave, and
// windows of the configuration.
import * as z from 'zod/mini';
import type { AlertsConfig } from './config.ts';
import type { Quiet } from './files.ts';
import { parseWindow } from './maintenance.ts';

const silenceSchema = z.looseObject({
  schema_version: z.number(),
  kind: z.enum(['silence', 'acknowledgement', 'lift']),
  /** `rule`, or `rule:subject`. */
  of: z.string(),
  who: z.string(),
  reason: z.string(),
  from: z.string(),
  /** Of a silence, and of a lift that of the last it ends; an acknowledgement ends with the incident. */
  until: z.optional(z.string()),
});

export type Note = z.output<typeof silenceSchema>;

/** One that was read from a file. */
type Left = Note & { readonly name: string };

/** A file that somebody left, or why it could not be read. */
export interface FoundNote {
  readonly name: string;
  readonly text: string;
  readonly problem?: string;
}

/** What somebody left in the folder; what is no note is told. */
export function parseNotes(files: readonly FoundNote[]): { notes: Left[]; problems: string[] } {
  const problems: string[] = [];
  const notes = files.flatMap(({ name, text, problem }): Left[] => {
    if (problem !== undefined) {
      problems.push(`${name} among the silences cannot be read, and silences nothing: ${problem}`);
      return [];
    }
    try {
      const parsed = silenceSchema.safeParse(JSON.parse(text));
      if (parsed.success && areInstants(parsed.data)) return [{ ...parsed.data, name }];
    } catch {
      // told below
    }
    problems.push(`${name} among the silences is none: write them with ops-monitor silence`);
    return [];
  });
  return { notes, problems };
}

/** As they are compared: what is no instant in UTC lies after every one, and would silence for ever. */
const areInstants = ({ kind, from, until }: Note): boolean =>
  [from, ...(kind === 'acknowledgement' ? [] : [until])].every(
    (time) =>
      time !== undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(time) && !Number.isNaN(Date.parse(time)),
  );

/** Without lifts, and the silences of the same name that stood before each: that file may not be ours to remove. */
const standing = (notes: readonly Note[]): (Note & { kind: 'silence' | 'acknowledgement' })[] =>
  notes.flatMap((note) => {
    const { kind } = note;
    if (kind === 'lift' || (kind === 'silence' && notes.some((other) => lifts(other, note)))) return [];
    return [{ ...note, kind }];
  });

const lifts = (lift: Note, { of, from }: Note): boolean => lift.kind === 'lift' && lift.of === of && from <= lift.from;

/** Why nobody is told of it now, if so. */
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

/** Who knows of it, if somebody said so since it began: the next time begins anew. */
export function acknowledgedBy(notes: readonly Note[], id: string, firstSeen: string | undefined): string | undefined {
  if (firstSeen === undefined) return undefined;
  const found = notes.find(({ kind, of, from }) => kind === 'acknowledgement' && of === id && from >= firstSeen);
  return found && `acknowledged by ${found.who}: ${found.reason}`;
}

/** All of it that holds now, for whoever reads the report. */
export function quietNow(
  notes: readonly Note[],
  windows: AlertsConfig['alerts']['maintenance'],
  firstSeenOf: (id: string) => string | undefined,
  at: Date,
): Quiet[] {
  const now = at.toISOString();
  return [
    ...standing(notes).flatMap((note): Quiet[] => {
      const { kind, of, who, reason, from, until } = note;
      if (kind === 'silence') return from <= now && isBefore(now, until) ? [{ kind, of, who, until, reason }] : [];
      return acknowledgedBy([note], of, firstSeenOf(of)) === undefined ? [] : [{ kind, of, who, reason }];
    }),
    ...windows.flatMap(({ every, rules, reason }): Quiet[] =>
      parseWindow(every)?.(at)
        ? (rules ?? ['everything']).map((of) => ({ kind: 'maintenance', of, reason: `${every}: ${reason}` }))
        : [],
    ),
  ];
}

const keptSeconds = 7 * 86_400;

/** Files of notes that have had nothing to say for a week. */
export function spentNotes(
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
const covers = (of: string, id: string): boolean => of === id || id.startsWith(`${of}:`);
