// Describes a Zarr store that another program wrote, and how to read it together with our archive. Its samples are never
// copied into the archive: the archive must be rebuildable from its raw lines alone.
import { alignColumns } from '../core/columns.ts';
import { counted, listed } from '../core/text.ts';

export interface OwnArchive {
  readonly path: string;
  /** Without the time axis. */
  readonly variables: readonly string[];
  readonly samples: number;
  /** Undefined where there is no sample. */
  readonly first?: Date | undefined;
  readonly last?: Date | undefined;
}

export interface ForeignStore extends OwnArchive {
  readonly format: 'v2' | 'v3';
}

export function describeForeignStore(theirs: ForeignStore, ours: OwnArchive | undefined, ourPath: string): string {
  const rows = [
    ['format', `Zarr ${theirs.format === 'v2' ? 2 : 3}, not written by this product, which never changes it`],
    ['variables', variablesText(theirs, ours)],
    ['samples', extentText(theirs)],
    ['our archive', ours ? `${ours.path}: ${extentText(ours)}` : `none at ${ourPath} yet`],
    ...(ours ? [['overlap', overlapText(theirs, ours)]] : []),
  ];
  return [theirs.path, ...alignColumns(rows, { indent: '  ' }), '', ...adviceOn(theirs, ourPath)].join('\n');
}

function variablesText({ variables }: ForeignStore, ours: OwnArchive | undefined): string {
  const known = new Set(ours?.variables);
  const shared = variables.filter((name) => known.has(name));
  const all = `${variables.length}${variables.length > 0 ? ` (${listed(variables)})` : ''}`;
  if (!ours) return all;
  return `${all}; ${shared.length} have the name of a variable in our archive${shared.length > 0 ? ` (${listed(shared)})` : ''}`;
}

function extentText({ samples, first, last }: OwnArchive): string {
  if (!first || !last) return counted(samples, 'sample');
  return `${counted(samples, 'sample')} from ${first.toISOString()} to ${last.toISOString()}`;
}

function overlapText(theirs: OwnArchive, ours: OwnArchive): string {
  if (!theirs.first || !theirs.last || !ours.first || !ours.last) return 'none: one of the two stores is empty';
  const from = theirs.first > ours.first ? theirs.first : ours.first;
  const to = theirs.last < ours.last ? theirs.last : ours.last;
  if (from > to)
    return `none: this store ${theirs.last < ours.first ? 'ends before our archive begins' : 'begins after our archive ends'}`;
  return `from ${from.toISOString()} to ${to.toISOString()}`;
}

function adviceOn({ path }: ForeignStore, ourPath: string): string[] {
  const [theirs, ours] = [path === ourPath ? `${path}.older` : path, ourPath];
  const inTheWay = [
    'It lies at the path of our archive. Either move it aside, and the next append-zarr builds the archive there:',
    `  mv ${path} ${theirs}`,
    'or leave it there, and set `files.state` in the configuration to keep our archive elsewhere.',
    '',
  ];
  return [
    ...(path === ourPath ? inTheWay : ['It is not at the path of our archive, and can stay where it is.', '']),
    'Its samples are not copied into our archive, which is rebuilt from raw lines alone. To read both as one, ours first:',
    '  import xarray',
    `  both = xarray.open_zarr("${ours}").combine_first(xarray.open_zarr("${theirs}"))`,
  ];
}
