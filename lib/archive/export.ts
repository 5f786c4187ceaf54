// Selects the samples and variables of an export. The formats are in export-zarr.ts and export-csv.ts.
import type { NewFolder } from '../contract/folder.ts';
import type { StoreFiles } from '../contract/store.ts';
import { emptyKey, instantText, type Metadata } from './layout.ts';
import { openSpan, type Range, readMetadata } from './read.ts';
import { selectNames } from './select.ts';

export interface Wanted extends Range {
  readonly only?: string | undefined;
}

export type Excerpt = ReturnType<typeof openExcerpt>;

export interface Writing {
  readonly folder: NewFolder;
  /** Counts columns or samples. The export awaits it, so it may yield to signal handlers. */
  readonly onProgress: (done: number, all: number) => void | Promise<void>;
}

export function openExcerpt(files: StoreFiles, path: string, { from, to, only }: Wanted) {
  const span = openSpan(files, path, { from, to });
  if (span.times.length === 0)
    throw new Error(`${path} has no sample ${rangeText(from, to)}: ${extentOf(files, path)}`);
  const known = span.metadata.variables;
  const names = new Set(selectNames(only, [...known.keys()]));
  return { files, span, variables: [...known].filter(([name]) => names.has(name)) };
}

function rangeText(from: Date | undefined, to: Date | undefined): string {
  const [since, until] = [from && `from ${from.toISOString()}`, to && `to ${to.toISOString()}`];
  return [since, until].filter((part) => part !== undefined).join(' ') || 'at all';
}

function extentOf(files: StoreFiles, path: string): string {
  const { times } = openSpan(files, path);
  const [first, last] = [times[0], times.at(-1)];
  return first === undefined || last === undefined
    ? 'it is empty'
    : `it goes from ${instantText(first)} to ${instantText(last)}`;
}

/** Call after the last read: a rebuild during the export would mix rows of two stores. */
export function refuseReplaced({ files, span: { path, metadata } }: Excerpt): void {
  const now = readMetadata(files, path);
  if (now.attributes['date_created'] !== metadata.attributes['date_created'])
    throw new Error(`${path} was rebuilt meanwhile: export it again`);
}

/** The archive's attributes without those by which append-zarr knows its store: nobody appends to a copy. */
export function exportedAttributes({ span: { path, metadata } }: Excerpt, note: string): Metadata['attributes'] {
  const { store_version: _ours, [emptyKey]: _chunks, history, ...rest } = metadata.attributes;
  const before = typeof history === 'string' ? `\n${history}` : '';
  return { ...rest, history: `${note} from ${path}${before}` };
}
