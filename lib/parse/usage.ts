// What a quota command prints, or a file that somebody keeps up says, of a workspace (ops/docs/workspace-usage.md).
import { percentOf } from '../core/quantity.ts';
import { parseInstant } from '../core/time.ts';

export interface ToldUsage {
  readonly size_bytes: number;
  readonly used_bytes: number;
  readonly used_percent: number;
  readonly told_at?: Date;
}

export function parseUsage(text: string): ToldUsage {
  let told: unknown;
  try {
    told = JSON.parse(text);
  } catch (error) {
    throw new Error(`the usage is not JSON: ${JSON.stringify(text.slice(0, 80))}`, { cause: error });
  }
  if (typeof told !== 'object' || told === null) throw new Error(`the usage is no mapping: ${JSON.stringify(told)}`);
  const [size_bytes, used_bytes] = [bytesOf(told, 'size_bytes'), bytesOf(told, 'used_bytes')];
  if (size_bytes <= 0) throw new Error(`size_bytes of the usage is ${size_bytes}: of nothing, nothing can be used`);
  const told_at = instantOf(told);
  return { size_bytes, used_bytes, used_percent: percentOf(used_bytes, size_bytes), ...(told_at ? { told_at } : {}) };
}

function bytesOf(told: object, key: string): number {
  const value: unknown = Reflect.get(told, key);
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${key} of the usage is no number of bytes: ${JSON.stringify(value) ?? 'nothing'}`);
}

function instantOf(told: object): Date | undefined {
  const value: unknown = Reflect.get(told, 'told_at');
  if (value === undefined) return undefined;
  const instant = typeof value === 'string' ? parseInstant(value) : undefined;
  if (!instant) throw new Error(`told_at of the usage is no time: ${JSON.stringify(value)}`);
  return instant;
}
