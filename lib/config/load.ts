// Finds the configuration and hands over its effective values, from the cache where nothing has changed since.
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve as absolute } from 'node:path';
import { Usage } from '../contract/errors.ts';
import { reasonOf } from '../core/text.ts';
import { errorCode, readIfThere, replaceFile } from '../io/files.ts';
import { resolvePlaces } from '../io/places.ts';
import { product } from '../io/product.ts';
import type { Source } from './resolve.ts';
import type { Configuration } from './schema.ts';

const systemWide = '/etc/ops-monitor/config.yaml';
const mostBytes = 1024 * 1024;

/** The one asked for, else $OPS_MONITOR_CONFIG, else the system's where there is one, else none. */
export async function findSource(asked: string | undefined): Promise<Source | undefined> {
  const chosen = asked ?? (process.env['OPS_MONITOR_CONFIG'] || undefined);
  const path = chosen === undefined ? systemWide : absolute(chosen);
  try {
    const text = await readFile(path, 'utf8');
    if (text.length > mostBytes) throw new Usage(`${path} is no configuration: it has ${text.length} characters`);
    if (/[\0\uFFFD]/.test(text)) throw new Usage(`${path} is no configuration: it is not text in UTF-8`);
    return { path, text };
  } catch (error) {
    if (error instanceof Usage) throw error;
    if (chosen === undefined && errorCode(error) === 'ENOENT') return undefined;
    throw new Usage(`the configuration ${path} cannot be read: ${reasonOf(error)}`);
  }
}

/** Throws Usage with all that is wrong. */
export async function loadConfiguration(source: Source | undefined): Promise<Configuration> {
  if (product.build === undefined) return fresh(source); // from source, the schema may change under a cache
  // One small file a source, so that old ones do not pile up; in it, for which text and build it is.
  const path = join(resolvePlaces({}).cache, `config-${hash('sha1', source?.path ?? '').slice(0, 12)}.json`);
  const key = hash('sha1', `${product.build}\n${source?.text ?? ''}`);
  const kept = readCache(path);
  if (kept?.startsWith(key)) {
    // Cut short by a full disk or edited by somebody, it is not ours any more.
    try {
      return JSON.parse(kept.slice(key.length)) as Configuration;
    } catch {
      // read anew below
    }
  }
  const config = await fresh(source);
  writeCache(path, `${key}\n${JSON.stringify(config)}\n`);
  return config;
}

function readCache(path: string): string | undefined {
  try {
    return readIfThere(path);
  } catch {
    return undefined; // not ours to read: only slower without
  }
}

function writeCache(path: string, text: string): void {
  try {
    replaceFile(path, text, 0o600);
  } catch {
    // no room or not ours to write: only slower without
  }
}

async function fresh(source: Source | undefined): Promise<Configuration> {
  const { resolve } = await import('./resolve.ts');
  const resolved = resolve(source);
  if ('config' in resolved) return resolved.config;
  const count = resolved.problems.length;
  throw new Usage(
    `the configuration is wrong in ${count} ${count === 1 ? 'place' : 'places'}:\n${resolved.problems.join('\n')}`,
  );
}
