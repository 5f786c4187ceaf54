// Runs the bundles with everything of their own in one folder.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Envelope } from '../../lib/contract/envelope.ts';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { readText } from '../world.ts';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const stages = ['collect-snapshot', 'assess-health', 'write-report'] as const;

export interface Site {
  readonly folder: string;
  readonly state: string;
  readonly run: (
    stage: string,
    ...argv: string[]
  ) => { status: number | null; stdout: string; stderr: string; ms: number };
}

/** `prefix` is a command that the stage is run by: unshare, setpriv, nsenter. */
export function siteIn(folder: string, configuration: string, prefix: readonly string[] = []): Site {
  const config = join(folder, 'config.yaml');
  writeFileSync(config, configuration);
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_RUNTIME_DIR: join(folder, 'run'),
  };
  return {
    folder,
    state: join(folder, 'state'),
    run: (stage, ...argv) => {
      const command = [...prefix, process.execPath, join(root, 'dist', `${stage}.cjs`), '--config', config, ...argv];
      const began = performance.now();
      const { status, stdout, stderr } = spawnSync(command[0] ?? '', command.slice(1), {
        env,
        encoding: 'utf8',
        timeout: 120_000,
      });
      return { status, stdout, stderr, ms: performance.now() - began };
    },
  };
}

export const snapshotIn = (raw: string): Snapshot => JSON.parse(readText(join(raw, 'latest.json'))) as Snapshot;

export function itemOf(snapshot: Snapshot, section: string, item: string): Envelope<Record<string, unknown>> {
  const envelope = snapshot.sections[section];
  if (envelope?.status !== 'ok') throw new Error(`${section}: ${JSON.stringify(envelope)}`);
  return (envelope.data as Record<string, Envelope<Record<string, unknown>>>)[item] as Envelope<
    Record<string, unknown>
  >;
}
