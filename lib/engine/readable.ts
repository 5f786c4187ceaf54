// The parts of a snapshot that could be read, for checks, and those that could not. Failed and absent are kept apart.
import type { Envelope } from '../contract/envelope.ts';
import type { Sections } from '../contract/registry.ts';

export interface Selection {
  /** Section → data, or a map of the items that could be read. */
  readonly readable: Record<string, unknown>;
  /** Whether every needed section could be read. */
  readonly complete: boolean;
  readonly unread: readonly Unread[];
}

interface Unread extends Omit<Reading, 'outcome'> {
  readonly reason: string;
  /** Name of the reading that is the cause: this one itself, or another that this one depends on. */
  readonly because: string;
}

export function selectReadable(
  needs: readonly string[],
  sections: Readonly<Record<string, Envelope | undefined>>,
  definitions: Sections,
): Selection {
  const unread: Unread[] = [];
  const readable: Record<string, unknown> = {};
  let complete = true;
  for (const need of needs) {
    const missing = { status: 'failed', kind: 'shape', reason: `the snapshot has no section ${need}`, ms: 0 } as const;
    const section = sections[need] ?? missing;
    const items: Record<string, unknown> = {};
    if (section.status === 'ok') readable[need] = definitions[need]?.many ? items : section.data;
    else complete = false;
    for (const { outcome, ...reading } of outcomesOf(definitions, { [need]: section })) {
      if (outcome.status === 'ok' && reading.item !== undefined) items[reading.item] = outcome.data;
      if (outcome.status !== 'failed') continue;
      unread.push({ ...reading, reason: outcome.reason, because: outcome.because ?? reading.name });
    }
  }
  return { readable, complete, unread };
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
