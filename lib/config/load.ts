// Finds the configuration and loads its effective values, from the cache if the file and the build are unchanged. The cache
// also keeps the last good configuration of each path, for the stages that tell people when today's is broken.
import { resolve as absolute } from 'node:path';
import { Usage } from '../contract/errors.ts';
import { join } from '../core/path.ts';
import { counted, fingerprint, firstLine, reasonOf } from '../core/text.ts';
import { readIfThere } from '../io/files.ts';
import { readOwnFile, replaceOwnFile } from '../io/own-files.ts';
import { cacheFolder } from '../io/places.ts';
import { product } from '../io/product.ts';
import type { Source } from './resolve.ts';
import type { Configuration } from './schema.ts';

const systemWide = '/etc/ops-monitor/config.yaml';
const mostBytes = 1024 * 1024;

/** The configuration at `path` cannot be used. Recognised by `broken`: for `instanceof`, kinds of error go by their name. */
export class BrokenConfiguration extends Usage {
  readonly broken: { readonly path: string; readonly problems: readonly string[]; readonly count: number };
  constructor(path: string, message: string, problems: readonly string[] = [message], count = problems.length) {
    super(message);
    this.broken = { path, problems, count };
  }
}

export const isBrokenConfiguration = (error: unknown): error is BrokenConfiguration =>
  error instanceof Usage && 'broken' in error;

/** `the configuration is broken: ` and the first mistake, in one line. */
export const brokenReason = ({ broken: { problems } }: BrokenConfiguration): string =>
  `the configuration is broken: ${firstLine(problems[0] ?? 'no reason was given', 400)}`;

const chosenPath = (asked: string | undefined): string | undefined =>
  asked ?? (process.env['OPS_MONITOR_CONFIG'] || undefined);

/** Where the configuration is looked for, whether or not there is one. */
export function configurationPath(asked: string | undefined): {
  readonly path: string;
  readonly isSystemWide: boolean;
} {
  const path = absolute(chosenPath(asked) ?? systemWide);
  return { path, isSystemWide: path === systemWide };
}

/** The given path, else $OPS_MONITOR_CONFIG, else the system’s file if it exists. */
export function findSource(asked: string | undefined): Source | undefined {
  const chosen = chosenPath(asked);
  const { path } = configurationPath(asked);
  try {
    const text = readIfThere(path, mostBytes);
    if (text === undefined) {
      if (chosen === undefined) return undefined;
      throw new Error('there is no such file (ENOENT)');
    }
    // An editor on a full disk, or a `>` too many: the defaults watch next to nothing, and say green.
    if (text.replaceAll(/#.*|^---/gm, '').trim() === '') throw new Error('it is empty: `{}` stands for all defaults');
    if (text.includes('\0') || text.includes('\uFFFD')) throw new Error('it is not text in UTF-8');
    return { path, text };
  } catch (error) {
    throw new BrokenConfiguration(path, `the configuration ${path} cannot be read: ${reasonOf(error)}`);
  }
}

/** Throws BrokenConfiguration with all mistakes. */
export async function loadConfiguration(source: Source | undefined): Promise<Configuration> {
  if (!source) return defaults();
  const kept = readKept(source.path);
  const isSame = kept?.text === source.text;
  // In a checkout the schema may change without a new build id.
  if (isSame && product.build !== undefined && kept?.build === product.build) return kept.config;
  const config = await resolved(source);
  if (!isSame || product.build !== undefined) await keep({ build: product.build, ...source, config });
  return config;
}

/** The system's file was removed, or the disk that it lies on is not mounted: defaults would watch next to nothing, and say green. */
async function defaults(): Promise<Configuration> {
  if (readKept(systemWide)) {
    const file = keptPath(systemWide);
    const advice = `put it back, or remove ${file} to run with the defaults`;
    throw new BrokenConfiguration(systemWide, `the configuration ${systemWide} is gone: ${advice}`);
  }
  const nowhere = '';
  const kept = readKept(nowhere);
  if (kept && product.build !== undefined && kept.build === product.build) return kept.config;
  const config = await resolved(undefined);
  if (product.build !== undefined) await keep({ build: product.build, path: nowhere, text: '', config });
  return config;
}

/** The last configuration at `path` that was good: its values by today's rules, if they still accept it, and its folders. */
export async function lastGood(
  path: string,
): Promise<{ readonly config?: Configuration; readonly files: Configuration['files'] } | undefined> {
  const kept = readKept(path);
  if (!kept) return undefined;
  const config = await resolved({ path, text: kept.text }).catch(() => undefined);
  return { ...(config ? { config } : {}), files: (config ?? kept.config).files };
}

interface Kept extends Source {
  /** Undefined where it was written by a run from source. */
  readonly build?: string | undefined;
  readonly config: Configuration;
}

const keptPath = (path: string): string =>
  join(cacheFolder(), path === '' ? 'configuration.json' : `configuration-${fingerprint(path)}.json`);

function readKept(path: string): Kept | undefined {
  try {
    const text = readOwnFile(keptPath(path));
    const kept = text === undefined ? undefined : (JSON.parse(text) as Kept | null);
    return kept?.path === path && typeof kept.text === 'string' && kept.config?.files ? kept : undefined;
  } catch {
    return undefined; // torn by a full disk or unreadable for this user: loading is only slower
  }
}

async function keep(kept: Kept): Promise<void> {
  try {
    await replaceOwnFile(keptPath(kept.path), `${JSON.stringify(kept)}\n`);
  } catch {
    // a full disk, or not writable for this user: loading is only slower
  }
}

async function resolved(source: Source | undefined): Promise<Configuration> {
  const { resolve } = await import('./resolve.ts');
  const found = resolve(source);
  if ('config' in found) return found.config;
  const { problems, count } = found;
  const message = `the configuration is wrong in ${counted(count, 'place')}:\n${problems.join('\n')}`;
  throw new BrokenConfiguration(source?.path ?? systemWide, message, problems, count);
}
