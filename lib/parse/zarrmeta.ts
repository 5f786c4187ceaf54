// Checks and completes the metadata of a Zarr array before zarrita sees it: refuses shapes that are no shapes, and filters
// that zarrita would silently decode wrongly.
import { isObject } from '../contract/shape.ts';
import { endOfString, type JsonLimits, parseForeignJson, refuseBeyond } from './json.ts';

interface Filter {
  readonly name: string;
  readonly configuration: Readonly<Record<string, unknown>>;
}

/** Consolidated metadata hold some 50 values for each array. */
const limits: JsonLimits = { characters: 16 * 1024 * 1024, depth: 64, values: 300_000 };
const mostFilters = 16;
const mostDimensions = 32;

/** The text of one file of metadata as zarrita can parse it. */
export function foreignMetadata(text: string, path: string): string {
  const plain = quoteNaN(text);
  refuseBeyond(plain, path, limits);
  return plain;
}

/** `fill` is the array's own fill value, where xarray reads it as missing: in Zarr 2, but not in Zarr 3. */
export function arrayMetadata(text: string, format: 'v2' | 'v3'): { readonly text: string; readonly fill?: unknown } {
  const metadata = parseForeignJson(text, 'its metadata', limits);
  if (!isObject(metadata)) throw new Error('its metadata is no mapping');
  if (format === 'v3') {
    for (const filter of filtersIn(metadata['codecs'])) {
      const { name, configuration: given } = filter;
      const configuration = isObject(given) ? given : {};
      refuseUnsupportedFilter({ name: String(name), configuration }, String(metadata['data_type']));
      if (name !== 'sharding_indexed') continue;
      refuseOddShape('chunk_shape of its shards', configuration['chunk_shape'], 1);
      for (const key of ['codecs', 'index_codecs']) filtersIn(configuration[key]);
    }
    refuseOddShape('shape', metadata['shape'], 0);
    const grid = isObject(metadata['chunk_grid']) ? metadata['chunk_grid']['configuration'] : undefined;
    refuseOddShape('chunk_shape', isObject(grid) ? grid['chunk_shape'] : undefined, 1);
    return { text };
  }
  const { dtype, fill_value } = metadata;
  for (const { id, ...configuration } of filtersIn(metadata['filters']))
    refuseUnsupportedFilter({ name: `numcodecs.${String(id)}`, configuration }, String(dtype));
  refuseOddShape('shape', metadata['shape'], 0);
  refuseOddShape('chunks', metadata['chunks'], 1);
  // Without a fill value, zarr-python 3 reads a missing chunk as zeros; zarrita fails on it for 64-bit integers.
  const plain = fill_value === null && /[iu]8$/.test(String(dtype)) ? { ...metadata, fill_value: 0 } : metadata;
  return { text: JSON.stringify(plain), fill: fill_value };
}

/** Each filter decodes the whole chunk once more. */
function filtersIn(filters: unknown): readonly Readonly<Record<string, unknown>>[] {
  const all: readonly unknown[] = Array.isArray(filters) ? filters : [];
  if (all.length > mostFilters) throw new Error(`it has ${all.length} filters; more than ${mostFilters} are not read`);
  return all.filter(isObject);
}

function refuseOddShape(what: string, shape: unknown, least: number): void {
  const lengths: readonly unknown[] = Array.isArray(shape) ? shape : [];
  const isShape = lengths.every((length) => Number.isSafeInteger(length) && Number(length) >= least);
  if (!Array.isArray(shape) || !isShape || lengths.length > mostDimensions)
    throw new Error(`its ${what} is not a list of lengths: ${(JSON.stringify(shape) ?? 'nothing').slice(0, 80)}`);
}

function refuseUnsupportedFilter({ name, configuration }: Filter, type: string): void {
  const refuse = (key: string): never => {
    throw new Error(
      `its filter ${name} has ${key} ${JSON.stringify(configuration[key])}, of which we cannot read the rest`,
    );
  };
  const { astype, dtype, elementsize, index_location } = configuration ?? {};
  if (name === 'numcodecs.delta' && astype !== undefined && astype !== dtype) refuse('astype');
  // The default of numcodecs is 4 bytes.
  if (name === 'numcodecs.shuffle' && (elementsize ?? 4) !== sizeOf(type)) refuse('elementsize');
  if (name === 'sharding_indexed' && index_location !== undefined && index_location !== 'end') refuse('index_location');
}

/** Size in bytes of a type such as `<f8` or `float64`. */
function sizeOf(type: string): number {
  const digits = Number(/\d+$/.exec(type)?.[0]);
  return /^[<>|=]/.test(type) ? digits : digits / 8;
}

/** Puts NaN and Infinity in quotes: Python writes them bare into its JSON, which JSON does not allow. */
export function quoteNaN(text: string): string {
  if (!/NaN|Infinity/.test(text)) return text;
  let quoted = '';
  for (let at = 0; at < text.length;) {
    const start = text.indexOf('"', at);
    const end = start < 0 ? text.length : endOfString(text, start);
    const bare = text.slice(at, start < 0 ? text.length : start);
    quoted += bare.replaceAll(/-?\b(?:NaN|Infinity)\b/g, '"$&"') + (start < 0 ? '' : text.slice(start, end));
    at = end;
  }
  return quoted;
}
