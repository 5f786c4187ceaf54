// Looks up the section of a node's report in a judged fleet. Pure.
import type { ContentOf } from '../contract/shape.ts';
import type { nodeSections } from '../node/sections/index.ts';
import type { Fleet } from './assess.ts';
import { reasonsIn } from './read-report.ts';

export type Sections = typeof nodeSections;
export type Data<Name extends keyof Sections> = ContentOf<Sections[Name]['schema']>;

/** The data of a section of a node's report, or the reason why there are none. */
export function readingOf<Name extends keyof Sections>(
  { sections }: Pick<Fleet, 'sections'>,
  name: Name,
  node: string,
): { readonly data?: Data<Name>; readonly status: 'ok' | Missing; readonly reason?: string } {
  const found = sections[name]?.[node];
  if (found?.status === 'ok') return { status: 'ok', data: found.data as Data<Name> };
  return found?.status === 'failed'
    ? { status: 'unknown', reason: found.reason }
    : { status: 'absent', ...(found ? { reason: found.reason } : {}) };
}

/** Node → the data of the section. Nodes whose section could not be read, or is absent, are missing. */
export const dataIn = <Name extends keyof Sections>(
  fleet: Pick<Fleet, 'sections'>,
  name: Name,
): Readonly<Record<string, Data<Name>>> =>
  Object.fromEntries(
    Object.keys(fleet.sections[name] ?? {}).flatMap((node) => {
      const { data } = readingOf(fleet, name, node);
      return data ? [[node, data]] : [];
    }),
  );

/** Why a value is missing: the node does not have it, or it could not be read. */
export type Missing = 'absent' | 'unknown';

/** Why a value is missing in a section that was read: unknown where some part of the section could not be read, else absent. */
export const missingIn = ({ nodes }: Pick<Fleet, 'nodes'>, name: string, node: string): Missing =>
  reasonsIn((nodes[node]?.report ?? {}) as Readonly<Record<string, unknown>>, 'errors').some(
    ({ section }) => section === name,
  )
    ? 'unknown'
    : 'absent';
