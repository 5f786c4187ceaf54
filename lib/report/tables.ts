// Renders the tables of the snapshot, in the order of the sections; each section defines its own columns.
import type { Sections } from '../contract/registry.ts';
import { section } from '../core/markdown.ts';
import { firstLine } from '../core/text.ts';
import { outcomesOf } from '../engine/readable.ts';
import type { Snapshot } from '../snapshot/files.ts';

export function tablesOf(definitions: Sections, snapshot: Snapshot | undefined): string[] {
  const outcomes = outcomesOf(definitions, snapshot?.sections ?? {});
  const tables = Object.entries(definitions).map(([name, { table }]) => {
    const read = outcomes.filter(({ probe }) => probe === name);
    const rows = read.flatMap(({ item = name, outcome }) =>
      outcome.status === 'ok' ? table.rows(outcome.data, item) : [],
    );
    return { ...table, rows };
  });
  const shown = [...Map.groupBy(tables, ({ title }) => title)].map(([title, parts]) => {
    const rows = parts.flatMap((part) => part.rows);
    return section(title, parts[0]?.columns ?? [], rows);
  });
  const collection = outcomes.map(({ name, outcome }) => [
    name,
    outcome.status === 'failed' ? `failed (${outcome.kind})` : outcome.status,
    'ms' in outcome ? `${outcome.ms} ms` : '',
    'reason' in outcome ? firstLine(outcome.reason) : '',
  ]);
  return [
    ...shown,
    section('How the collection went', ['reading', 'outcome', 'time', 'reason'], collection),
    snapshot && collection.length > 0 ? `All readings together took ${snapshot.collection_ms} ms.` : '',
  ];
}
