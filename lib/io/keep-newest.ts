// Bounds the number of JSON files in a folder: their names begin with a time.
import { readdirSync } from 'node:fs';
import { join } from '../core/path.ts';
import { removeQuietly } from './files.ts';

export function keepNewest(folder: string, most: number): void {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  for (const name of names.slice(0, Math.max(0, names.length - most))) removeQuietly(join(folder, name));
}
