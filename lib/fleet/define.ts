// Defines a judgement: a check over the sections of all nodes, with what an alert about it says beside the level.
import type { Check } from '../contract/check.ts';
import type { ContentOf } from '../contract/shape.ts';
import type { nodeSections } from '../node/sections/index.ts';

/** Of a node itself. All nodes that should be there are among them. */
export interface NodeFacts {
  readonly role?: string | undefined;
  readonly reached: boolean;
  /** Why there is no report. */
  readonly error?: string | undefined;
  readonly target: string;
  readonly version?: string | undefined;
  /** The clock of the node, less that of this machine. */
  readonly clock_offset_seconds?: number | undefined;
  /** The offset is right to within this: nobody knows when in that time the node read its clock. */
  readonly clock_uncertainty_seconds?: number | undefined;
}

type Sections = typeof nodeSections;

/** Section → node → what the node reported. Nodes whose section is absent, or could not be read, are missing there. */
export type FleetReadable = { readonly nodes: Readonly<Record<string, NodeFacts>> } & {
  readonly [Name in keyof Sections]: Readonly<Record<string, ContentOf<Sections[Name]['schema']>>>;
};

/** The subject is a node, `NODE/PART` for a part of it, or `cluster`. */
export interface Judgement<Readable = never> extends Check<Readable> {
  /** What it is about, as alerts name it: `rqlite`, `system`. */
  readonly subsystem: string;
  /** The severity of amber; red is critical. */
  readonly amber?: 'info';
  /** What to do about it. */
  readonly advice: string;
}

export const defineJudgement = <Need extends keyof FleetReadable>(
  judgement: Judgement<Pick<FleetReadable, Need>> & { readonly needs: readonly Need[] },
): Judgement<Pick<FleetReadable, Need>> => judgement;

/** The subject of what no single node has. */
export const cluster = 'cluster';

export const nodeReached = (node: string): string => `node-reached:${node}`;
