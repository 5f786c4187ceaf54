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
      summary: 'only for these values of the label `instance`: machines that share this configuration',
    },
    except: { type: 'string', value: 'REGEX', summary: 'not for these: machines that have another configuration' },
  },

  async run(asked) {
    const { source, config } = await openSite(textOption(asked, 'config'));
    const instances = { only: textOption(asked, 'instance'), except: textOption(asked, 'except') };
    for (const [option, text] of [
      ['instance', instances.only],
      ['except', instances.except],
    ] as const)
      if (text !== undefined && !isRegex(text))
        throw new Usage(`--${option} ${JSON.stringify(text)} is not a regular expression that Prometheus knows`);
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
  // Prometheus has no look-around and no back-references, and refuses a whole file for them.
  if (/\(\?<?[=!]|\\[1-9]/.test(text)) return false;
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
