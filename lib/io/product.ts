// Version, build id and folder. The build writes the id into each bundle. Run from source there is none, and the effective
// configuration, which is cached by the build id, is not cached.
import { dirname } from 'node:path';
import { join } from '../core/path.ts';
import manifest from '../../package.json' with { type: 'json' };

declare const OPS_MONITOR_BUILD: string | undefined;

const build = typeof OPS_MONITOR_BUILD === 'undefined' ? undefined : OPS_MONITOR_BUILD;
/** `lib`, or the folder of the bundle. */
const sources = build === undefined ? dirname(import.meta.dirname) : import.meta.dirname;

export const product = { version: manifest.version, build, folder: dirname(sources) };

/** The path of a document: `alerts.md`; the folder of all without a name. */
export const documentPath = (name = ''): string => join(product.folder, 'ops', 'docs', name);

/** The report on a node in one file, which `npm run build` makes. */
export const nodeProgram = join(product.folder, 'dist', 'ops-monitor-node.cjs');
