// ops-monitor export-rules: the rules for Prometheus that share their limits with our own checks.
import { stringify } from 'yaml';
import { type Command, configOption, exitCodes, textOption } from '../cli/command.ts';
import { openSite } from '../cli/site.ts';
import { Usage } from '../contract/errors.ts';
import { print } from '../io/terminal.ts';
import { limitRules } from './export-rules/limit-rules.ts';

export const exportRules: Command = {
  name: 'export-rules',
  summary:
    'prints rules for Prometheus with the limits of the configuration, in place of ops/prometheus/rules/limits.yml',
  options: {
    ...configOption,
    instance: {
      type: 'string',
      value: 'REGEX',
      summary: 'only for these values of the label `instance`, where other machines have another configuration',
    },
  },

  async run(asked) {
    const { source, config } = await openSite(textOption(asked, 'config'));
    const instances = textOption(asked, 'instance');
    if (instances !== undefined && !isRegex(instances))
      throw new Usage(`--instance ${JSON.stringify(instances)} is not a regular expression`);
    const origin = source ? `from ${source.path}` : 'from the limits that hold where no configuration sets others';
    print(`# Made by ops-monitor export-rules ${origin}.`);
    print(
      stringify(limitRules(config, instances), {
        lineWidth: 0,
        singleQuote: true,
        aliasDuplicateObjects: false,
      }).trimEnd(),
    );
    return exitCodes.ok;
  },
};

function isRegex(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
