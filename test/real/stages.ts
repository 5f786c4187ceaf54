// Runs the bundles of a site whose files are all in one folder.
import assert from 'node:assert/strict';
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

/** `prefix` is a command that runs the stage: unshare, setpriv, env. A configuration without `files:` has its state in the folder. */
export function siteIn(folder: string, configuration: string, prefix: readonly string[] = []): Site {
  const config = join(folder, 'config.yaml');
  const state = join(folder, 'state');
  writeFileSync(
    config,
    /^files:/m.test(configuration) ? configuration : `files: { state: ${state} }\n${configuration}`,
  );
  return {
    folder,
    state,
    run: (stage, ...argv) => {
      const bundle = join(root, 'dist', `${stage}.cjs`);
      return runProcess([...prefix, process.execPath, bundle, '--config', config, ...argv], environmentIn(folder));
    },
  };
}

/** A snapshot by a run that must succeed, and how long the run took. */
export function collectOn(site: Site): { snapshot: Snapshot; ms: number } {
  const { status, stderr, ms } = site.run('collect-snapshot');
  assert.equal(status, 0, stderr);
  return { snapshot: snapshotIn(join(site.state, 'raw')), ms };
}

export const snapshotIn = (raw: string): Snapshot => JSON.parse(readText(join(raw, 'latest.json'))) as Snapshot;

export function itemOf(snapshot: Snapshot, section: string, item: string): Envelope<Record<string, unknown>> {
  const envelope = snapshot.sections[section];
  if (envelope?.status !== 'ok') throw new Error(`${section}: ${JSON.stringify(envelope)}`);
  return (envelope.data as Record<string, Envelope<Record<string, unknown>>>)[item] as Envelope<
    Record<string, unknown>
  >;
}

/** The data of an item that was read. */
export function dataOf(snapshot: Snapshot, section: string, item: string): Record<string, unknown> {
  const envelope = itemOf(snapshot, section, item);
  if (envelope.status !== 'ok') throw new Error(`${section}.${item}: ${JSON.stringify(envelope)}`);
  return envelope.data;
}

/** Levels by observation id, from the text of latest_health.json. */
export function levelsIn(text: string): Record<string, string> {
  const { observations } = JSON.parse(text) as { observations: { id: string; level: string }[] };
  return Object.fromEntries(observations.map(({ id, level }) => [id, level]));
}
