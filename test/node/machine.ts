// A machine of literals for the probes of the report on a node: files, folders, outputs of programs, answers of URLs.
import { codedError } from '../../lib/contract/errors.ts';
import type { Completed, FilesystemStat, Host, UrlReply } from '../../lib/contract/host.ts';
import { type Readings, runProbes } from '../../lib/engine/probes.ts';
import { nodeProbes, nodeSections } from '../../lib/node/registry.ts';
import { reportOf } from '../../lib/node/report.ts';
import { hostOf } from '../host.ts';
import { configurationOf } from '../world.ts';

export interface Machine {
  readonly files: Readonly<Record<string, string>>;
  /** By the words of the command. */
  readonly programs: Readonly<Record<string, Partial<Completed>>>;
  readonly urls?: Readonly<Record<string, UrlReply>>;
  readonly disk?: FilesystemStat;
}

function openMachine({ files, programs, urls = {}, disk }: Machine): Host {
  const missing = (path: string): Error => codedError('ENOENT', `ENOENT: no such file or directory, open '${path}'`);
  return hostOf({
    readText: async (path) => {
      const text = files[path];
      if (text === undefined) throw missing(path);
      if (text === 'denied') throw codedError('EACCES', `EACCES: permission denied, open '${path}'`);
      return text;
    },
    list: async (folder) => [
      ...new Set(
        Object.keys(files).flatMap((file) =>
          file.startsWith(`${folder}/`) ? (file.slice(folder.length + 1).split('/')[0] ?? '') : [],
        ),
      ),
    ],
    stat: async (path) => {
      if (!(path in files)) throw missing(path);
      return { kind: 'folder', size_bytes: 0, modified_at: '2026-11-20T00:00:00.000Z' };
    },
    ...(disk ? { statfs: async () => disk } : {}),
    run: async (argv) => {
      const answer = programs[argv.join(' ')];
      if (!answer) throw new Error(`${argv[0]} is not installed (ENOENT)`);
      return { exit_code: 0, stdout: '', stderr: '', ...answer };
    },
    get: async (url) => urls[url] ?? { response_ms: 1, error: 'no answer within 3s' },
  });
}

export const at = new Date('2026-11-21T10:00:00Z');

interface Circumstances {
  readonly previous?: Readings;
  readonly bootId?: string;
  /** Configuration. */
  readonly node?: string;
}

/** The report on a machine, and the readings that the next report gets. */
export async function reportOn(machine: Machine, { previous = {}, bootId = 'one', node = '' }: Circumstances = {}) {
  const { sections, readings } = await runProbes({
    probes: nodeProbes,
    config: configurationOf(node),
    bootId,
    previous,
    now: () => at,
    monotonicMs: () => 0,
    openHost: (_name, signal) => ({ ...openMachine(machine), signal }),
    timeoutMs: 5000,
    budgetMs: 60_000,
    width: 64,
  });
  const about = { timestamp: at.toISOString(), hostname: 'node1', version: '1.0.0', collect_ms: 5 };
  return { report: reportOf(nodeSections, sections, about), sections, readings };
}
