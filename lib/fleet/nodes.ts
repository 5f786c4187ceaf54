// The nodes of an environment: those of the configuration, or of a list of nodes.
import { Usage } from '../contract/errors.ts';
import { listed } from '../core/text.ts';
import { parseNodesFile } from '../parse/nodes-file.ts';
import type { FleetConfig } from './config.ts';

export interface FleetNode {
  readonly name: string;
  /** The destination for ssh: `user@name`, or a Host entry of ssh_config. */
  readonly target: string;
  readonly role?: string | undefined;
  /** Path of a private key that ssh tries, beside the keys that it finds itself. */
  readonly key?: string | undefined;
}

export function nodesOf({ fleet }: FleetConfig, environment: string): FleetNode[] {
  const found = Object.hasOwn(fleet.environments, environment) ? fleet.environments[environment] : undefined;
  if (!found)
    throw unknownEnvironment(environment, Object.keys(fleet.environments), 'fleet.environments of the configuration');
  return Object.entries(found.nodes).map(([name, { ssh = name, role }]) => ({ name, target: ssh, role }));
}

/** Reads the text of a list of nodes. `path` is the list's file, and stands in messages only. */
export function nodesListed(text: string, path: string, environment: string): FleetNode[] {
  const { nodes, problems } = parseNodesFile(text);
  if (problems.length > 0) throw new Usage(problems.map((problem) => `${path}, ${problem}`).join('\n'));
  if (nodes.length === 0) throw new Usage(`${path} lists no nodes`);
  // A list of the oldest form names no environments: all its nodes belong to the environment that was asked for.
  const found = nodes.filter((node) => (node.environment ?? environment) === environment);
  if (found.length > 0) return found.map(({ name, target, role, key }) => ({ name, target, role, key }));
  throw unknownEnvironment(environment, [...new Set(nodes.flatMap((node) => node.environment ?? []))], path);
}

const unknownEnvironment = (asked: string, known: readonly string[], where: string): Usage =>
  new Usage(
    `there is no environment ${JSON.stringify(asked)} in ${where}${known.length === 0 ? '' : `, only ${listed(known, 10)}`}`,
  );
