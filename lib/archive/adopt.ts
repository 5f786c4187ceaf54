// Describes a Zarr store that another program wrote, and how to read it together with our archive. Its samples are never
// copied into the archive: the archive must be rebuildable from its raw lines alone.
import { alignColumns } from '../core/columns.ts';
import { counted, listed } from '../core/text.ts';

interface Times {
  readonly samples: number;
  /** Undefined where there is no sample. */
  readonly first?: Date | undefined;
  readonly last?: Date | undefined;
}

export interface Theirs extends Times {
  readonly path: string;
  readonly format: 'v2' | 'v3';
  /** Beside time. */
  readonly variables: readonly string[];
}

export interface Ours extends Times {
  readonly path: string;
  readonly variables: readonly string[];
}

export function adoptionText(theirs: Theirs, ours: Ours | undefined, ourPath: string): string {
  const rows = [
    ['format', `Zarr ${theirs.format === 'v2' ? 2 : 3}, not kept by this product: nothing of it is ever changed`],
    ['variables', variablesText(theirs, ours)],
    ['samples', extentText(theirs)],
    ['ours', ours ? `${ours.path}: ${extentText(ours)}` : `there is none at ${ourPath} yet`],
    ...(ours ? [['overlap', overlapText(theirs, ours)]] : []),
  ];
  return [theirs.path, ...alignColumns(rows, { indent: '  ' }), '', ...adviceOn(theirs, ourPath)].join('\n');
}

function variablesText({ variables }: Theirs, ours: Ours | undefined): string {
  const known = new Set(ours?.variables);
  const shared = variables.filter((name) => known.has(name));
  const all = `${variables.length}${variables.length > 0 ? ` (${listed(variables)})` : ''}`;
  if (!ours) return all;
  return `${all}; ${shared.length} have a name that ours has too${shared.length > 0 ? ` (${listed(shared)})` : ''}`;
}

function extentText({ samples, first, last }: Times): string {
  if (!first || !last) return counted(samples, 'sample');
  return `${counted(samples, 'sample')} from ${first.toISOString()} to ${last.toISOString()}`;
}

function overlapText(theirs: Times, ours: Times): string {
  if (!theirs.first || !theirs.last || !ours.first || !ours.last) return 'none: one of them is empty';
  const from = theirs.first > ours.first ? theirs.first : ours.first;
  const to = theirs.last < ours.last ? theirs.last : ours.last;
  if (from > to)
    return `none: theirs ${theirs.last < ours.first ? 'ends before ours begins' : 'begins after ours ends'}`;
  return `from ${from.toISOString()} to ${to.toISOString()}`;
}

function adviceOn({ path }: Theirs, ourPath: string): string[] {
  const [theirs, ours] = [path === ourPath ? `${path}.older` : path, ourPath];
  const inTheWay = [
    'It lies where the archive is to be. Either move it aside, and the next append-zarr builds ours from the raw lines:',
    `  mv ${path} ${theirs}`,
    'or leave it, and say `files.state` in the configuration to keep ours elsewhere.',
    '',
  ];
  return [
    ...(path === ourPath ? inTheWay : ['It is in the way of nothing, and can stay where it is.', '']),
    'Nothing of it is taken into ours, which can always be made anew from its raw lines. Both are read as one, ours first:',
    '  import xarray',
    `  both = xarray.open_zarr("${ours}").combine_first(xarray.open_zarr("${theirs}"))`,
  ];
}
