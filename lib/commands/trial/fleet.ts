// Asks each node of the fleet for its report over ssh, as `monitor` and fleet-snapshot do.
import type { Configuration } from '../../config/schema.ts';
import { shellWord } from '../../core/harmless.ts';
import { formatDuration } from '../../core/quantity.ts';
import { nodesOf } from '../../fleet/nodes.ts';
import { collectFrom } from '../monitor/target.ts';
import { type Finding, ok, problem } from './finding.ts';

/** For all nodes together; somebody waits for them. */
const mostSeconds = 25;

export async function tryFleet({ fleet }: Configuration): Promise<Finding[]> {
  const all = Object.keys(fleet.environments).flatMap((environment) =>
    nodesOf({ fleet }, environment).map((node) => ({ environment, node })),
  );
  if (all.length === 0) return [];
  const rounds = Math.ceil(all.length / fleet['at-once']);
  const bounded = { ...fleet, deadline: Math.min(fleet.deadline, mostSeconds / rounds) };
  const named = all.map(({ environment, node }) => ({ ...node, name: `${environment}.${node.name}` }));
  const { nodes } = await collectFrom(named, 'all', bounded);
  const by = fleet['ssh-config'] === undefined ? '' : `-F ${shellWord(fleet['ssh-config'])} `;
  return all.map(({ environment, node: { name, target } }) => {
    const path = ['fleet', 'environments', environment, 'nodes', name];
    const { reached, error, collection_ms: ms = 0 } = nodes[`${environment}.${name}`] ?? {};
    if (reached === true) return ok(path, `${target} reports, in ${formatDuration(ms / 1000)}`);
    return problem(path, `${target}: ${error}`, `Try: ssh -o BatchMode=yes ${by}${shellWord(target)} true`);
  });
}
