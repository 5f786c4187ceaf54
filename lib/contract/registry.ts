// What is read and how it is judged, as a value: whoever reads, judges, explains, reports or archives is handed it, or the
// part it needs. So there can be another beside that of the snapshot.
import type { AnyCheck } from './check.ts';
import type { Probe } from './probe.ts';
import type { Section } from './section.ts';
import type * as z from 'zod/mini';

export interface Registry {
  /** By their names on disk, in the order of the report. */
  readonly sections: Readonly<Record<string, Section>>;
  readonly probes: readonly Probe[];
  readonly checks: readonly AnyCheck[];
}

export type Sections = Registry['sections'];

/** What a check is shown: the data of a section, or of its items that could be read. */
export type ReadableOf<All extends Sections> = {
  [Name in keyof All]: All[Name]['many'] extends true
    ? Readonly<Record<string, z.output<All[Name]['schema']>>>
    : z.output<All[Name]['schema']>;
};
