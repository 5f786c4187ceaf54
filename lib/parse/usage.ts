// Parses a workspace's usage, as a quota command prints it or a maintained file holds it (ops/docs/workspace-usage.md).
import { percentOf } from '../core/quantity.ts';
import { parseInstant } from '../core/time.ts';

export function parseUsage(text: string) {
  let usage: unknown;
  try {
    usage = JSON.parse(text);
  } catch (error) {
    throw new Error(`the usage is not JSON: ${JSON.stringify(text.slice(0, 80))}`, { cause: error });
  }
  if (typeof usage !== 'object' || usage === null)
    throw new Error(`the usage is not a mapping: ${JSON.stringify(usage)}`);
  const [size_bytes, used_bytes] = [readBytes(usage, 'size_bytes'), readBytes(usage, 'used_bytes')];
  if (size_bytes <= 0) throw new Error(`size_bytes of the usage is ${size_bytes}, which must be more than 0`);
  const told_at = readToldAt(usage);
  return { size_bytes, used_bytes, used_percent: percentOf(used_bytes, size_bytes), ...(told_at ? { told_at } : {}) };
}

function readBytes(usage: object, key: string): number {
  const value: unknown = Reflect.get(usage, key);
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${key} of the usage is not a number of bytes: ${JSON.stringify(value) ?? 'nothing'}`);
}

function readToldAt(usage: object): Date | undefined {
  const value: unknown = Reflect.get(usage, 'told_at');
  if (value === undefined) return undefined;
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  if (!instant) throw new Error(`told_at of the usage is not a time: ${JSON.stringify(value)}`);
  return instant;
}
