// The store's layout on disk: Zarr 3, one group, every variable along `time`, uncompressed chunks of 14 days.
import { isObject } from '../contract/shape.ts';
import { isoMicroseconds } from '../core/time.ts';
import type { Variable } from './flatten.ts';

/** 14 days at one sample every 5 minutes. */
export const chunkLength = 4032;
/** Version of this layout; a store with another version is rebuilt. */
export const storeVersion = 1;
export const axis = 'time';

export interface Metadata {
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Number of samples. */
  readonly length: number;
  /** All but the time axis. */
  readonly variables: ReadonlyMap<string, Variable>;
}

type Type = 'int64' | Variable['type'];

/** This long name identifies a store as ours when its root metadata is gone. */
export const axisName = 'collection time of the snapshot, UTC';

export const axisAttributes = {
  units: 'microseconds since 1970-01-01',
  calendar: 'proleptic_gregorian',
  standard_name: 'time',
  long_name: axisName,
  axis: 'T',
};

const codecs: Readonly<Record<Type, readonly object[]>> = {
  int64: [{ name: 'bytes', configuration: { endian: 'little' } }],
  float64: [{ name: 'bytes', configuration: { endian: 'little' } }],
  int8: [{ name: 'bytes' }],
};
export const fills: Readonly<Record<Type, number | string>> = { int64: 0, float64: 'NaN', int8: -1 };

/** ISO time to the microsecond, as in the raw lines; the number itself where a damaged store holds no valid time. */
export const instantText = (microseconds: number): string =>
  Math.abs(microseconds) <= 8.64e18 ? isoMicroseconds(microseconds / 1000) : String(microseconds);

export const itemBytes = (type: Type): number => (type === 'int8' ? 1 : 8);

/** In an array's zarr.json `shape` is the first key, padded to this width, so that an append overwrites the number in place. */
const shapeRoom = 16;
export const shapeBeginning = '{"shape":[';
export const shapeText = (length: number): string => String(length).padEnd(shapeRoom);

/** Attribute of the store: the number of its last chunk, then the variables without a value in that chunk, which have no file
 * for it. Where another variable has none, the file was lost. */
export const emptyKey = 'variables_without_last_chunk';
export const emptyText = (length: number, names: readonly string[]): string => [lastChunk(length), ...names].join(' ');
export const lastChunk = (length: number): number => Math.floor((length - 1) / chunkLength);

const grid = { name: 'regular', configuration: { chunk_shape: [chunkLength] } };
const gridText = JSON.stringify(grid);

/** All arrays of the store; the time axis is no variable. */
export const arraysOf = (
  variables: Metadata['variables'],
): (readonly [name: string, variable: Variable | undefined])[] => [[axis, undefined], ...variables];

function arrayMetadata(variable: Variable | undefined, length: number): object {
  const type = variable?.type ?? 'int64';
  return {
    shape: [length],
    data_type: type,
    chunk_grid: grid,
    chunk_key_encoding: { name: 'default', configuration: { separator: '/' } },
    fill_value: fills[type],
    codecs: codecs[type],
    attributes: variable?.attributes ?? axisAttributes,
    dimension_names: [axis],
    zarr_format: 3,
    node_type: 'array',
    storage_transformers: [],
  };
}

/** The root with consolidated metadata. xarray reads it first, so replacing it is the commit. */
export function rootText({ attributes, length, variables }: Metadata): string {
  const arrays = arraysOf(variables).map(([name, variable]) => [name, arrayMetadata(variable, length)] as const);
  return JSON.stringify({
    attributes,
    zarr_format: 3,
    node_type: 'group',
    consolidated_metadata: { kind: 'inline', must_understand: false, metadata: Object.fromEntries(arrays) },
  });
}

/** An array's own metadata, for readers that do not use consolidated metadata. */
export function arrayText(variable: Variable | undefined, length: number): string {
  const text = JSON.stringify(arrayMetadata(variable, length));
  return text.replace(`${shapeBeginning}${length}]`, `${shapeBeginning}${shapeText(length)}]`);
}

/** The store was written by another program: it is never changed. */
export class Foreign extends Error {}
export const adviseAdopting = (path: string): string => `ops-monitor archive adopt ${path} describes it`;
/** The store is ours but cannot be appended to: it is rebuilt. */
export class Unusable extends Error {}

export function parseRoot(text: string): Metadata {
  const root = parse(text);
  const { attributes, consolidated_metadata } = root;
  if (!isObject(attributes) || attributes['instrument'] !== 'ops-monitor' || !('store_version' in attributes))
    throw new Foreign('its attributes lack the instrument ops-monitor or a store_version');
  if (attributes['store_version'] !== storeVersion)
    throw new Unusable(
      `its store_version is ${JSON.stringify(attributes['store_version'])}, and this product writes ${storeVersion}`,
    );
  const arrays = isObject(consolidated_metadata) ? consolidated_metadata['metadata'] : undefined;
  if (!isObject(arrays)) throw new Unusable('its root metadata lists no arrays');
  return { attributes, ...parseArrays(arrays) };
}

function parseArrays(arrays: Readonly<Record<string, unknown>>): Pick<Metadata, 'length' | 'variables'> {
  let length: number | undefined;
  const variables = new Map<string, Variable>();
  for (const [name, array] of Object.entries(arrays)) {
    const found = parseArray(name, array);
    if (length !== undefined && found.length !== length)
      throw new Unusable(`${name} has ${found.length} samples, and others ${length}`);
    length = found.length;
    if (name !== axis) variables.set(name, found.variable);
  }
  if (length === undefined || !(axis in arrays)) throw new Unusable('it has no time axis');
  return { length, variables };
}

export function parseArray(name: string, array: unknown): { length: number; variable: Variable } {
  // An array's name is also a folder name: it must not lead out of the store.
  if (!/^\w+$/.test(name)) throw new Unusable(`${JSON.stringify(name)} is not a valid name of an array`);
  if (!isObject(array)) throw new Unusable(`${name} is not an array`);
  const { shape, data_type, attributes, chunk_grid } = array;
  const [length] = Array.isArray(shape) && shape.length === 1 ? (shape as unknown[]) : [];
  if (typeof length !== 'number' || !Number.isSafeInteger(length) || length < 0)
    throw new Unusable(`${name} has the shape ${JSON.stringify(shape)}`);
  const type = name === axis ? 'int64' : data_type;
  if (type !== data_type || (name !== axis && type !== 'float64' && type !== 'int8'))
    throw new Unusable(`${name} is of type ${JSON.stringify(data_type)}`);
  if (JSON.stringify(chunk_grid) !== gridText)
    throw new Unusable(`${name} has chunks of ${JSON.stringify(chunk_grid)}`);
  return {
    length,
    variable: { type: type as Variable['type'], attributes: (attributes ?? {}) as Variable['attributes'] },
  };
}

export function parse(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Unusable(`its metadata is not JSON (${text.length} characters)`);
  }
  if (isObject(value)) return value;
  throw new Unusable('its metadata is not a JSON object');
}
