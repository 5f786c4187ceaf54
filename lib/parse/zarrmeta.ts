// Checks and completes the metadata of a Zarr array before zarrita sees it: refuses filters that zarrita would silently
// decode wrongly.

interface Filter {
  readonly name: string;
  readonly configuration: Readonly<Record<string, unknown>>;
}

/** `fill` is the array's own fill value, where xarray reads it as missing: in Zarr 2, but not in Zarr 3. */
export function arrayMetadata(text: string, format: 'v2' | 'v3'): { readonly text: string; readonly fill?: unknown } {
  const metadata = JSON.parse(text) as Record<string, unknown>;
  if (format === 'v3') {
    for (const filter of (metadata['codecs'] ?? []) as Filter[])
      refuseUnsupportedFilter(filter, String(metadata['data_type']));
    return { text };
  }
  const { dtype, fill_value } = metadata;
  for (const { id, ...configuration } of (metadata['filters'] ?? []) as Record<string, unknown>[]) {
    refuseUnsupportedFilter({ name: `numcodecs.${String(id)}`, configuration }, String(dtype));
  }
  // Without a fill value, zarr-python 3 reads a missing chunk as zeros; zarrita fails on it for 64-bit integers.
  const plain = fill_value === null && /[iu]8$/.test(String(dtype)) ? { ...metadata, fill_value: 0 } : metadata;
  return { text: JSON.stringify(plain), fill: fill_value };
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
  return text.replaceAll(/("(?:[^"\\]|\\.)*")|(-?\b(?:NaN|Infinity)\b)/g, (_all, quoted?: string, bare?: string) =>
    bare === undefined ? (quoted ?? '') : `"${bare}"`,
  );
}
