// A site whose commands run as processes, as a person or a unit runs them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Health } from '../../lib/health/files.ts';
import type { Snapshot } from '../../lib/snapshot/files.ts';
import { environmentIn, root, runBundle } from '../process.ts';
import { readText, temporaryFolder } from '../world.ts';

/** A site on a recorded machine, shielded from the configuration of the machine that runs the tests. */
export function makeSite(t: TestContext, machine = 'healthy', extra = '') {
  const folder = temporaryFolder(t);
  const hosts = join(root, 'test', 'hosts', machine);
  const config = join(folder, 'config.yaml');
  writeFileSync(config, `${readText(join(hosts, 'config.yaml'))}\nhosts: { local: { folder: ${hosts} } }\n${extra}\n`);
  const env = { ...environmentIn(folder), OPS_MONITOR_CONFIG: config };
  const run = (...argv: string[]) => runBundle('ops-monitor', argv, env);
  const state = join(folder, 'xdg', 'ops-monitor');
  const snapshot = () => JSON.parse(readText(join(state, 'raw', 'latest.json'))) as Snapshot;
  const health = () => JSON.parse(readText(join(state, 'health', 'latest_health.json'))) as Health;
  return { folder, config, env, run, state, snapshot, health };
}
