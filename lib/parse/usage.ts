// Parses a workspace's usage, as a quota command prints it or a maintained file holds it (ops/docs/workspace-usage.md).
import { percentOf } from '../core/quantity.ts';
import { parseInstant } from '../core/time.ts';
import { parseForeignJson } from './json.ts';

export function parseUsage(text: string) {
  const usage = parseForeignJson(text, 'the usage');
  if (typeof usage !== 'object' || usage === null || Array.isArray(usage))
    throw new Error(`the usage is not a mapping: ${shown(usage)}`);
  const [size_bytes, used_bytes] = [readBytes(usage, 'size_bytes'), readBytes(usage, 'used_bytes')];
  if (size_bytes <= 0) throw new Error(`size_bytes of the usage is ${size_bytes}, which must be more than 0`);
  const told_at = readToldAt(usage);
  return { size_bytes, used_bytes, used_percent: percentOf(used_bytes, size_bytes), ...(told_at ? { told_at } : {}) };
}

function readBytes(usage: object, key: string): number {
  const value = valueIn(usage, key);
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${key} of the usage is not a number of bytes: ${shown(value)}`);
}

function readToldAt(usage: object): Date | undefined {
  const value = valueIn(usage, 'told_at');
  if (value === undefined) return undefined;
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  if (!instant) throw new Error(`told_at of the usage is not a time: ${shown(value)}`);
  return instant;
}

const valueIn = (usage: object, key: string): unknown =>
  Object.hasOwn(usage, key) ? (Reflect.get(usage, key) as unknown) : undefined;

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 80);
