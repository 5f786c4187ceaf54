// ops-monitor monitor VIEW: asks all nodes of an environment for their reports, judges them, and prints one view.
import type { Arguments } from '../cli/arguments.ts';
import { type Command, configOption, exitCodes, jsonOption, textOption } from '../cli/command.ts';
import { groupOf } from '../cli/dispatch.ts';
import { readConfiguration } from '../cli/site.ts';
import type { Configuration } from '../config/schema.ts';
import { Usage } from '../contract/errors.ts';
import { counted, listed, nearest } from '../core/text.ts';
import { assessFleet, type Fleet } from '../fleet/assess.ts';
import { type Collection, collectFleet } from '../fleet/collect.ts';
import { type FleetNode, nodesListed, nodesOf } from '../fleet/nodes.ts';
import { onlyNode } from '../fleet/only.ts';
import type { View } from '../fleet/view.ts';
import { views } from '../fleet/views/index.ts';
import { askNode } from '../io/ask-node.ts';
import { readIfThere } from '../io/files.ts';
import { nodeProgram } from '../io/product.ts';
import { isTerminal, painter, print, printWidth, rewriteLine } from '../io/terminal.ts';

/** Where the first site keeps its list of nodes. */
const usualList = 'scripts/remote-nodes.conf';
const mostListBytes = 1024 * 1024;

const usual = {
  ...configOption,
  env: { type: 'string', value: 'NAME', summary: 'the environment whose nodes are asked: required' },
  node: {
    type: 'string',
    value: 'NAME',
    summary: 'show this node only; all are asked, because they are judged together',
  },
  ...jsonOption,
  'exit-code': {
    type: 'boolean',
    summary: 'exit with 0 without alerts but notes, 1 for warnings, 2 for a critical alert, 3 where a part is unknown',
  },
} as const;

const commandOf = (view: View): Command => ({
  name: `monitor ${view.name}`,
  summary: view.summary,
  options: {
    ...usual,
    config: {
      ...configOption['config'],
      type: 'string',
      summary: `the configuration, or a list of nodes (NAME.conf); default: ${usualList} if it exists, else as everywhere`,
    },
    ...view.options,
  },

  async run(asked) {
    const target = await openFleet(asked);
    const only = textOption(asked, 'node');
    if (only !== undefined) refuseUnknown(only, target.nodes);
    const all = await askFleet(target, progressOf(target.nodes.length));
    const fleet = only === undefined ? all : onlyNode(all, only);
    const { options } = asked;
    if (options['json'] === true) print(JSON.stringify(view.json(fleet, options), undefined, 2));
    else print(view.render(fleet, { paint: painter(), width: printWidth() }, options).join('\n'));
    return options['exit-code'] === true ? codeOf(fleet) : exitCodes.ok;
  },
});

export const monitorCommands = groupOf(
  {
    name: 'monitor',
    summary: 'asks the nodes of a fleet over ssh for their reports, judges them together, and shows what is wrong',
    note: '; every view takes --env NAME and --config FILE',
    byDefault: 'cluster',
  },
  views.map(commandOf),
);

interface FleetTarget {
  readonly environment: string;
  readonly nodes: readonly FleetNode[];
  readonly fleet: Configuration['fleet'];
}

/** The nodes that the arguments name, and how they are asked and judged. */
async function openFleet(asked: Arguments): Promise<FleetTarget> {
  const environment = textOption(asked, 'env');
  const path =
    textOption(asked, 'config') ?? (readIfThere(usualList, mostListBytes) === undefined ? undefined : usualList);
  const isList = path?.endsWith('.conf') === true;
  const { fleet } = await readConfiguration(isList ? undefined : path);
  const known = isList ? '' : listed(Object.keys(fleet.environments), 10);
  if (environment === undefined)
    throw new Usage(`name the environment: --env NAME${known === '' ? '' : ` (${known})`}`);
  if (!isList) return { environment, nodes: nodesOf({ fleet }, environment), fleet };
  const text = readIfThere(path, mostListBytes);
  if (text === undefined) throw new Usage(`the list of nodes ${path} cannot be read: there is no such file`);
  return { environment, nodes: nodesListed(text, path, environment), fleet };
}

/** Share of a node's deadline that connecting may use. */
const connectShare = 0.5;

async function askFleet({ environment, nodes, fleet }: FleetTarget, onAnswer?: Collection['onAnswer']): Promise<Fleet> {
  const settings = {
    configFile: fleet['ssh-config'],
    connectMs: fleet.deadline * 1000 * connectShare,
    program: fleet.pipe ? nodeProgram : undefined,
  };
  const reading = await collectFleet({
    environment,
    nodes,
    ask: (node, signal) => askNode(node, settings, signal),
    atOnce: fleet['at-once'],
    deadlineMs: fleet.deadline * 1000,
    now: () => new Date(),
    monotonicMs: () => performance.now(),
    ...(onAnswer ? { onAnswer } : {}),
  });
  return assessFleet(reading, fleet.limits, new Date());
}

/** On a terminal: a line that counts the answers. */
function progressOf(count: number): Collection['onAnswer'] {
  if (!isTerminal(2)) return undefined;
  let done = 0;
  const show = (): void => rewriteLine(done === count ? '' : `${done} of ${counted(count, 'node')} answered`);
  show();
  return () => {
    done += 1;
    show();
  };
}

function refuseUnknown(name: string, nodes: readonly FleetNode[]): void {
  const names = nodes.map((node) => node.name);
  if (names.includes(name)) return;
  const meant = nearest(name, names);
  throw new Usage(
    `there is no node ${JSON.stringify(name)}${meant === undefined ? `, only ${listed(names, 10)}` : `; did you mean ${meant}?`}`,
  );
}

/** As Nagios counts them. */
const codeOf = ({ alerts }: Fleet): number =>
  alerts.some(({ severity }) => severity === 'critical')
    ? 2
    : alerts.some(({ level }) => level === 'unknown')
      ? 3
      : alerts.some(({ severity }) => severity === 'warning')
        ? 1
        : 0;
