// The nodes that the arguments of `monitor` name, and how they are asked.
import type { Arguments } from '../../cli/arguments.ts';
import { textOption } from '../../cli/command.ts';
import { readConfiguration } from '../../cli/site.ts';
import type { Configuration } from '../../config/schema.ts';
import { configurationPath } from '../../config/load.ts';
import { Usage } from '../../contract/errors.ts';
import { listed, nearest } from '../../core/text.ts';
import { type Collection, collectFleet } from '../../fleet/collect.ts';
import type { FleetReading } from '../../fleet/files.ts';
import { type FleetNode, nodesListed, nodesOf } from '../../fleet/nodes.ts';
import { askNode } from '../../io/ask-node.ts';
import { readBytesIfThere, readIfThere } from '../../io/files.ts';
import { exitNow } from '../../io/leave.ts';
import { documentPath, nodeProgram } from '../../io/product.ts';
import { printError } from '../../io/terminal.ts';

/** The list of nodes of a deployment's own folder, read where no configuration is named. */
const usualList = 'scripts/remote-nodes.conf';
const mostListBytes = 1024 * 1024;

export const fleetOptions = {
  config: {
    type: 'string',
    value: 'FILE',
    summary: `the configuration, or a list of nodes (NAME.conf); default: $OPS_MONITOR_CONFIG, else ${usualList} if it exists, else as everywhere`,
  },
  env: {
    type: 'string',
    value: 'NAME',
    summary: 'the environment whose nodes are asked; default: the only one of the configuration',
  },
} as const;

export interface FleetTarget {
  readonly environment: string;
  readonly nodes: readonly FleetNode[];
  readonly fleet: Configuration['fleet'];
}

export async function openFleet(asked: Arguments): Promise<FleetTarget> {
  const named = textOption(asked, 'config');
  const isUsual =
    named === undefined && !process.env['OPS_MONITOR_CONFIG'] && readIfThere(usualList, mostListBytes) !== undefined;
  const path = isUsual ? usualList : named;
  const isList = path?.endsWith('.conf') === true;
  const { fleet } = await readConfiguration(isList ? undefined : path);
  const known = isList ? [] : Object.keys(fleet.environments);
  if (!isList && known.length === 0) throw new Usage(lookedAt(path));
  const environment = textOption(asked, 'env') ?? (known.length === 1 ? known[0] : undefined);
  if (environment === undefined)
    throw new Usage(`name the environment: --env NAME${known.length === 0 ? '' : ` (${listed(known, 10)})`}`);
  if (!isList) return { environment, nodes: nodesOf({ fleet }, environment), fleet };
  const text = readIfThere(path, mostListBytes);
  if (text === undefined) throw new Usage(`the list of nodes ${path} cannot be read: there is no such file`);
  const nodes = nodesListed(text, path, environment);
  if (isUsual)
    printError(
      `The nodes are those of ${usualList} in this folder; --config FILE names another list or configuration.`,
    );
  return { environment, nodes, fleet };
}

/** Says which files could have named nodes. */
function lookedAt(asked: string | undefined): string {
  const { path, isSystemWide } = configurationPath(asked);
  const has = readIfThere(path, mostListBytes) === undefined ? 'there is no' : 'no fleet.environments is in';
  const also = isSystemWide
    ? `; neither --config nor $OPS_MONITOR_CONFIG names another file, and there is no ${usualList} in this folder`
    : '';
  return `no nodes are configured: ${has} ${path}${also} (${documentPath('fleet.md')})`;
}

/** A terminal that goes away ends every ssh with this process: their process groups are their own, so that the terminal ends none. */
export const endOnHangup = (): void => void process.once('SIGHUP', () => exitNow(129));

/** Share of a node's deadline that connecting may use. */
const connectShare = 0.5;

export async function collectFrom(
  nodes: readonly FleetNode[],
  environment: string,
  fleet: Configuration['fleet'],
  onAnswer?: Collection['onAnswer'],
): Promise<FleetReading> {
  const settings = { ...settingsOf(fleet), program: fleet.pipe ? readProgram(nodeProgram) : undefined };
  return collectFleet({
    environment,
    nodes,
    ask: (node, signal) => askNode(node, settings, signal),
    atOnce: fleet['at-once'],
    deadlineMs: fleet.deadline * 1000,
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    ...(onAnswer ? { onAnswer } : {}),
  });
}

export const settingsOf = (fleet: Configuration['fleet']) => ({
  configFile: fleet['ssh-config'],
  connectMs: fleet.deadline * 1000 * connectShare,
  seconds: fleet.deadline,
});

export function readProgram(path: string): Uint8Array {
  const program = readBytesIfThere(path);
  if (program) return program;
  throw new Usage(`there is no ${path}${path === nodeProgram ? ': npm run build makes it' : ''}`);
}

export function nodeNamed(name: string, nodes: readonly FleetNode[]): FleetNode {
  const found = nodes.find((node) => node.name === name);
  if (found) return found;
  const names = nodes.map((node) => node.name);
  const meant = nearest(name, names);
  throw new Usage(
    `there is no node ${JSON.stringify(name)}${meant === undefined ? `, only ${listed(names, 10)}` : `; did you mean ${meant}?`}`,
  );
}
