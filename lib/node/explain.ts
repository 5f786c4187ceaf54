// How each section of the report on a node was found and read. Pure.
import type { Envelope } from '../contract/envelope.ts';
import type { Sections } from '../contract/registry.ts';
import { isObject } from '../contract/shape.ts';
import { foldColumns } from '../core/columns.ts';
import { oneLine } from '../core/harmless.ts';

export function explainReport(
  definitions: Sections,
  read: Readonly<Record<string, Envelope>>,
  /** The keys below `node` in the configuration. */
  keys: readonly string[],
  width: number,
): string {
  return Object.entries(definitions)
    .map(([name, { source }]) => {
      const rows: (readonly [string, string])[] = [
        ...foundIn(read[name]),
        ...timeOf(read[name]),
        ['read from', source],
        ...(keys.includes(name) ? [['to change', `node.${name} in the configuration`] as const] : []),
      ];
      return [
        name,
        ...foldColumns(
          rows.map(([word, text]) => [word, oneLine(text)]),
          { indent: '  ', width },
        ),
      ].join('\n');
    })
    .join('\n\n');
}

const timeOf = (envelope: Envelope | undefined): (readonly [string, string])[] =>
  !envelope || envelope.status === 'absent' ? [] : [['read in', `${Math.round(envelope.ms)}ms`]];

/** Fields of any section: `found_by` and `address`, and those of a second program, such as `cluster_found_by`. */
const words = { found_by: 'found by', address: 'at' };

function foundIn(envelope: Envelope | undefined): (readonly [string, string])[] {
  if (envelope?.status !== 'ok') {
    const reason = envelope?.reason ?? 'it was not read';
    return [[envelope?.status === 'absent' ? 'not there' : 'not read', reason]];
  }
  const { data } = envelope;
  if (!isObject(data)) return [];
  const reasons = (word: string, record: unknown) =>
    Object.entries(isObject(record) ? record : {}).map(
      ([part, reason]) => [word, `${part}: ${String(reason)}`] as const,
    );
  const named = Object.entries(data).flatMap(([field, value]) =>
    Object.entries(words).flatMap(([end, word]) => {
      if (typeof value !== 'string' || (field !== end && !field.endsWith(`_${end}`))) return [];
      const program = field.slice(0, -end.length).replaceAll('_', ' ');
      return [[`${program}${word}`, value] as const];
    }),
  );
  const items = Object.values(data).flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : []));
  const ofItems = items.flatMap((item) =>
    isObject(item) && typeof item['found_by'] === 'string' ? [[String(item['name']), item['found_by']] as const] : [],
  );
  return [...named, ...ofItems, ...reasons('not read', data['problems']), ...reasons('not there', data['absences'])];
}
