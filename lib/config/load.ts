// Finds the configuration and loads its effective values, from the cache if the file and the build are unchanged.
import { resolve as absolute } from 'node:path';
import { Usage } from '../contract/errors.ts';
import { join } from '../core/path.ts';
import { counted, reasonOf } from '../core/text.ts';
import { forOwner, makeFolder, readIfThere, replaceFile } from '../io/files.ts';
import { cacheFolder } from '../io/places.ts';
import { product } from '../io/product.ts';
import type { Source } from './resolve.ts';
import type { Configuration } from './schema.ts';

const systemWide = '/etc/ops-monitor/config.yaml';
const mostBytes = 1024 * 1024;

/** The given path, else $OPS_MONITOR_CONFIG, else the system’s file if it exists. */
export function findSource(asked: string | undefined): Source | undefined {
  const chosen = asked ?? (process.env['OPS_MONITOR_CONFIG'] || undefined);
  const path = chosen === undefined ? systemWide : absolute(chosen);
  try {
    const text = readIfThere(path, mostBytes);
    if (text === undefined) {
      if (chosen === undefined) return undefined;
      throw new Error('there is no such file (ENOENT)');
    }
    if (text.includes('\0') || text.includes('\uFFFD')) throw new Error('it is not text in UTF-8');
    return { path, text };
  } catch (error) {
    throw new Usage(`the configuration ${path} cannot be read: ${reasonOf(error)}`);
  }
}

/** Throws Usage with all mistakes. */
export async function loadConfiguration(source: Source | undefined): Promise<Configuration> {
  if (product.build === undefined) return fresh(source); // in a checkout the schema may change without a new build id
  // The cache holds one configuration; using two in turn only makes loading slower.
  const path = join(cacheFolder(), 'configuration.json');
  const { build } = product;
  const kept = readCache(path);
  if (kept && kept.build === build && kept.path === source?.path && kept.text === source?.text) return kept.config;
  const config = await fresh(source);
  writeCache(path, { build, ...source, config });
  return config;
}

interface Cached extends Partial<Source> {
  readonly build: string;
  readonly config: Configuration;
}

function readCache(path: string): Cached | undefined {
  try {
    const text = readIfThere(path);
    return text === undefined ? undefined : (JSON.parse(text) as Cached);
  } catch {
    return undefined; // torn by a full disk or unreadable for this user: loading is only slower
  }
}

function writeCache(path: string, cached: Cached): void {
  try {
    makeFolder(cacheFolder(), forOwner);
    replaceFile(path, `${JSON.stringify(cached)}\n`, 0o600);
  } catch {
    // a full disk, or not writable for this user: loading is only slower
  }
}

async function fresh(source: Source | undefined): Promise<Configuration> {
  const { resolve } = await import('./resolve.ts');
  const resolved = resolve(source);
  if ('config' in resolved) return resolved.config;
  const { problems, count } = resolved;
  throw new Usage(`the configuration is wrong in ${counted(count, 'place')}:\n${problems.join('\n')}`);
}
