// A registry: the sections, probes and checks that belong together. Code that reads, judges, explains, reports or archives
// takes a registry as a parameter, so that there can be others beside the registry of the snapshot.
import type { AnyCheck } from './check.ts';
import type { Probe } from './probe.ts';
import type { Section } from './section.ts';
import type { ContentOf } from './shape.ts';

export interface Registry {
  /** Key on disk → section, in the order of the report. */
  readonly sections: Readonly<Record<string, Section>>;
  readonly probes: readonly Probe[];
  readonly checks: readonly AnyCheck[];
}

export type Sections = Registry['sections'];

/** The sections as checks get them: the data, or a map of the items that could be read. */
export type ReadableOf<All extends Sections> = {
  [Name in keyof All]: All[Name]['many'] extends true
    ? Readonly<Record<string, ContentOf<All[Name]['schema']>>>
    : ContentOf<All[Name]['schema']>;
};
