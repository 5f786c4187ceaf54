// ops-monitor monitor install NODE: puts the program of node-report on a node.
import { type Command, dryRunOption, exitCodes, textOption } from '../../cli/command.ts';
import { Usage } from '../../contract/errors.ts';
import { formatBytes, formatDuration } from '../../core/quantity.ts';
import { listed } from '../../core/text.ts';
import { describeInstallation, installOnNode, isReportProgram } from '../../io/install-node.ts';
import { nodeProgram } from '../../io/product.ts';
import { print } from '../../io/terminal.ts';
import { collectFrom, endOnHangup, fleetOptions, nodeNamed, openFleet, readProgram, settingsOf } from './target.ts';

/** Copying 127 MB over a slow line included. */
const installSeconds = 600;

export const install: Command = {
  name: 'monitor install',
  summary:
    'puts the program of node-report on a node, with the line for sudoers that lets the user of the login run it',
  operand: 'NODE',
  options: {
    ...fleetOptions,
    ...dryRunOption,
    program: {
      type: 'string',
      value: 'FILE',
      summary: 'another file than the one that npm run build makes: that of npm run package has Node inside',
    },
  },

  async run(asked) {
    endOnHangup();
    const { environment, nodes, fleet } = await openFleet(asked);
    if (asked.operand === undefined)
      throw new Usage(
        `name the node: ${listed(
          nodes.map(({ name }) => name),
          10,
        )}`,
      );
    const node = nodeNamed(asked.operand, nodes);
    const file = textOption(asked, 'program') ?? nodeProgram;
    const program = readProgram(file);
    if (!isReportProgram(program))
      throw new Usage(`${file} is not the program of node-report, which npm run build and npm run package make`);
    if (asked.options['dry-run'] === true) {
      const copied = `${file} (${formatBytes(program.length)})`;
      print([...describeInstallation(node, copied), 'Nothing was done.'].join('\n'));
      return exitCodes.ok;
    }
    for (const line of await installOnNode(node, settingsOf(fleet), program, installSeconds))
      print(`${node.name}: ${line}`);
    const reading = await collectFrom([node], environment, fleet);
    const { reached, error, collection_ms: ms } = reading.nodes[node.name]!;
    if (!reached) throw new Error(`${node.name} has the program, and does not report: ${error}`);
    print(`${node.name}: it reports, in ${formatDuration(ms / 1000)}`);
    return exitCodes.ok;
  },
};
