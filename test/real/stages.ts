// Runs the bundles with everything of their own in one folder.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Envelope } from '../../lib/contract/envelope.ts';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { environmentIn, type Ran, root, runProcess } from '../process.ts';
import { readText } from '../world.ts';

export const stages = ['collect-snapshot', 'assess-health', 'write-report'] as const;

export interface Site {
  readonly folder: string;
  readonly state: string;
  readonly run: (stage: string, ...argv: string[]) => Ran;
}

/** `prefix` is a command that the stage is run by: unshare, setpriv, nsenter. */
export function siteIn(folder: string, configuration: string, prefix: readonly string[] = []): Site {
  const config = join(folder, 'config.yaml');
  writeFileSync(config, configuration);
  return {
    folder,
    state: join(folder, 'state'),
    run: (stage, ...argv) => {
      const bundle = join(root, 'dist', `${stage}.cjs`);
      return runProcess([...prefix, process.execPath, bundle, '--config', config, ...argv], environmentIn(folder));
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
