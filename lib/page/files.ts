// The files that build-dashboard writes for the live page, all in one folder.
import { instant } from '../contract/fields.ts';
import { defineFile, type FileSpec, type Places } from '../contract/file.ts';
import { level } from '../contract/observation.ts';
import {
  type ContentOf,
  listOf,
  number,
  object,
  oneOf,
  optional,
  recordOf,
  type Shape,
  string,
} from '../contract/shape.ts';
import { join } from '../core/path.ts';

export const trendsVersion = 1;

/** Where `dashboard` serves the page unless told otherwise. */
export const usualPort = 8790;

/** A number, or null where nothing was read. */
const reading: Shape<number | null> = {
  form: { type: 'other' },
  wrongIn: (value) => (value === null || Number.isFinite(value) ? undefined : { path: [], expected: 'number or null' }),
};

const card = object({
  key: string,
  title: string,
  unit: string,
  /** The check whose level the card shows. */
  check: string,
  /** Path of the value in a snapshot; where the section has items, the worst of them is shown. */
  reads: object({ section: string, field: string }),
  worst: oneOf(['most', 'least']),
  side: oneOf(['above', 'below']),
  amber: optional(number),
  red: optional(number),
  values: listOf(reading),
});

/** Samples of one level without a break: first and last index of the time, level, and the observations that have it. */
const run = object({ first: number, last: number, level, ids: listOf(string) });

const trendsSchema = object({
  schema_version: number,
  site: string,
  made_at: instant('when build-dashboard wrote it'),
  /** Seconds between two snapshots; a longer break is a gap. */
  interval_seconds: number,
  /** Unix seconds of each sample. */
  times: listOf(number),
  cards: listOf(card),
  /** `overall` first, then the groups of the sections. */
  groups: listOf(object({ title: string, runs: listOf(run) })),
  /** Check → its group. */
  checks: recordOf(string),
  /** Observation → its level in the last sample, and the first sample since which it has held. */
  since: recordOf(object({ level, at: string, at_least: optional(oneOf(['yes'])) })),
});

export type Trends = Readonly<ContentOf<typeof trendsSchema>>;
export type Card = Trends['cards'][number];
export type Run = Trends['groups'][number]['runs'][number];

export const pageFolder = ({ state }: Places): string => join(state, 'page');

export const trendsFile = defineFile<Trends>({
  summary: 'seven days of the trend cards and of the levels of each group, for the live page',
  format: 'json',
  path: (places) => join(pageFolder(places), 'trends.json'),
  mode: 0o644,
  schema: trendsSchema,
});

export const badgeFile = defineFile<string>({
  summary: 'the level as a badge, for a README or a wiki',
  format: 'svg',
  path: (places) => join(pageFolder(places), 'badge.svg'),
  mode: 0o644,
});

/** The page itself, as it is in `dist/page`. */
export const pageParts = ['index.html', 'page.css', 'page.js'] as const;

const partFile = (name: string): FileSpec<string> =>
  defineFile<string>({
    summary: `the live page: ${name}`,
    format: 'text',
    path: (places) => join(pageFolder(places), name),
    mode: 0o644,
    onlyOnChange: true,
  });

export const partFiles = pageParts.map(partFile);
