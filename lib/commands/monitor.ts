// ops-monitor monitor VIEW: asks all nodes of an environment for their reports, judges them, and prints one view.
import { type Command, exitCodes, jsonOption, textOption } from '../cli/command.ts';
import { groupOf } from '../cli/dispatch.ts';
import { counted } from '../core/text.ts';
import { assessFleet, type Fleet } from '../fleet/assess.ts';
import { heading } from '../fleet/cells.ts';
import type { Collection } from '../fleet/collect.ts';
import { onlyNode } from '../fleet/only.ts';
import type { View } from '../fleet/view.ts';
import { views } from '../fleet/views/index.ts';
import { isTerminal, painter, print, printWidth, rewriteLine } from '../io/terminal.ts';
import { install } from './monitor/install.ts';
import { live } from './monitor/live.ts';
import { collectFrom, endOnHangup, fleetOptions, type FleetTarget, nodeNamed, openFleet } from './monitor/target.ts';

const usual = {
  ...fleetOptions,
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
  options: { ...usual, ...view.options },

  async run(asked) {
    endOnHangup();
    view.refuse?.(asked.options);
    const target = await openFleet(asked);
    const only = textOption(asked, 'node');
    if (only !== undefined) nodeNamed(only, target.nodes);
    const all = await askFleet(target, progressOf(target.nodes.length));
    const fleet = only === undefined ? all : onlyNode(all, only);
    const { options } = asked;
    const screen = { paint: painter(), width: printWidth() };
    if (view.printsJson) print(view.render(fleet, screen, options).join('\n'));
    else if (options['json'] === true) print(JSON.stringify(view.json(fleet, options), undefined, 2));
    else print([...heading(fleet, screen), '', ...view.render(fleet, screen, options)].join('\n'));
    return options['exit-code'] === true ? codeOf(fleet) : exitCodes.ok;
  },
});

export const monitorCommands = groupOf(
  {
    name: 'monitor',
    summary: 'asks the nodes of a fleet over ssh for their reports, judges them together, and shows what is wrong',
    note: '; every view takes --env NAME and --config FILE',
    byDefault: 'live',
  },
  [live, ...views.map(commandOf), install],
);

async function askFleet({ environment, nodes, fleet }: FleetTarget, onAnswer?: Collection['onAnswer']): Promise<Fleet> {
  const reading = await collectFrom(nodes, environment, fleet, onAnswer);
  return assessFleet(reading, fleet, new Date());
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

/** As Nagios counts them. */
const codeOf = ({ alerts }: Fleet): number =>
  alerts.some(({ severity }) => severity === 'critical')
    ? 2
    : alerts.some(({ level }) => level === 'unknown')
      ? 3
      : alerts.some(({ severity }) => severity === 'warning')
        ? 1
        : 0;
