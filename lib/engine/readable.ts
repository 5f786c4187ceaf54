// The parts of a snapshot that could be read, for checks, and those that could not. Failed and absent are kept apart.
import type { Envelope, Failed } from '../contract/envelope.ts';
import type { Sections } from '../contract/registry.ts';

export interface Selection {
  /** Section → data, or a map of the items that could be read. */
  readonly readable: Record<string, unknown>;
  /** Whether every needed section could be read. */
  readonly complete: boolean;
  /** Failed sections and items. */
  readonly unread: readonly Unread[];
}

interface Unread {
  readonly section: string;
  /** Undefined where the whole section failed. */
  readonly item: string | undefined;
  readonly reason: string;
  /** Name of the reading that is the cause: this one itself, or another that this one depends on. */
  readonly because: string;
}

const failureOf = ({ reason, because }: Failed, section: string, item: string | undefined): Unread => ({
  section,
  item,
  reason,
  because: because ?? readingOf(section, item),
});

export const readingOf = (section: string, item: string | undefined): string =>
  item === undefined ? section : `${section}.${item}`;

export function selectReadable(
  needs: readonly string[],
  sections: Readonly<Record<string, Envelope | undefined>>,
  definitions: Sections,
): Selection {
  const unread: Unread[] = [];
  const readable: Record<string, unknown> = {};
  let complete = true;
  for (const need of needs) {
    const section = sections[need];
    if (section?.status === 'ok') {
      readable[need] = definitions[need]?.many ? readItems(need, section.data) : section.data;
      continue;
    }
    complete = false;
    if (section === undefined)
      unread.push({ section: need, item: undefined, reason: `the snapshot has no section ${need}`, because: need });
    else if (section.status === 'failed') unread.push(failureOf(section, need, undefined));
  }
  return { readable, complete, unread };

  function readItems(need: string, data: unknown): Record<string, unknown> {
    const good: Record<string, unknown> = {};
    for (const [item, envelope] of Object.entries(data as Record<string, Envelope>)) {
      if (envelope.status === 'ok') good[item] = envelope.data;
      else if (envelope.status === 'failed') unread.push(failureOf(envelope, need, item));
    }
    return good;
  }
}

/** Every reading with its probe and its name: `host`, or `filesystems.data` where a section has items. */
export function outcomesOf(definitions: Sections, snapshot: Readonly<Record<string, Envelope>>): Reading[] {
  return Object.entries(snapshot).flatMap(([probe, section]): Reading[] => {
    if (section.status !== 'ok' || !definitions[probe]?.many)
      return [{ probe, item: undefined, name: probe, outcome: section }];
    const items = Object.entries(section.data as Record<string, Envelope>);
    return items.map(([item, outcome]) => ({ probe, item, name: `${probe}.${item}`, outcome }));
  });
}

interface Reading {
  readonly probe: string;
  /** Undefined where the reading is the whole section. */
  readonly item: string | undefined;
  readonly name: string;
  readonly outcome: Envelope;
}
