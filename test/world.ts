// What a stage gets as its world in a test: all files in one temporary folder, a stopped clock, a recorded machine.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { resolve } from '../lib/config/resolve.ts';
import type { Configuration } from '../lib/config/schema.ts';
import type { Places } from '../lib/contract/file.ts';
import type { Host } from '../lib/contract/host.ts';
import type { StageRecord } from '../lib/contract/record.ts';
import { makeWorld, type WorldSettings } from '../lib/io/world.ts';

export const runId = '0123456789abcdef0123456789abcdef';

/** The record of a stage's last run: a success, except for the fields that the test passes. */
export const recordOf = (stage: string, started_at: string, more: Partial<StageRecord> = {}): StageRecord => ({
  schema_version: 1,
  stage,
  run_id: runId,
  started_at,
  ms: 1,
  outcome: 'ok',
  exit_code: 0,
  counts: {},
  problems: [],
  ...more,
});

/** A folder that is removed when the test ends. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'ops-monitor-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function configurationOf(text: string): Configuration {
  const resolved = resolve({ path: 'config.yaml', text });
  if ('problems' in resolved) throw new Error(resolved.problems.join('\n'));
  return resolved.config;
}

/** Not by resolvePlaces, which makes a folder for a user without a home. */
export function placesIn(folder: string): Places {
  const state = join(folder, 'state');
  return {
    state,
    raw: join(state, 'raw'),
    quicklooks: join(state, 'quicklooks'),
    monitoring: join(state, 'monitoring'),
    textfiles: join(state, 'textfiles'),
    runtime: join(folder, 'run'),
    cache: join(folder, 'cache'),
  };
}

export interface TestWorld extends Partial<WorldSettings<Configuration>> {
  readonly at: Date;
  readonly openHost?: (name: string, signal: AbortSignal) => Host;
}

export function worldIn(folder: string, { at, ...settings }: TestWorld) {
  return makeWorld<Configuration>({
    config: configurationOf(''),
    places: placesIn(folder),
    openHost: (name) => {
      throw new Error(`this test has no host ${name}`);
    },
    clock: { now: () => at, monotonicMs: () => 0 },
    runId,
    hostname: 'recorded',
    ...settings,
  });
}

/** Waits up to a minute for a condition, far longer than any of them takes. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 60_000;
  while (!(await isSo())) {
    assert.ok(performance.now() < end, `${isSo.toString()} did not come true within a minute`);
    await sleep(50);
  }
}

export const readText = (path: string): string => readFileSync(path, 'utf8');
