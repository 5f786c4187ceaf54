// ops-monitor check-config: what is wrong with a configuration; or, where nothing is, what it comes to.
import { effectiveValues } from '../config/origin.ts';
import { findSource } from '../config/load.ts';
import { resolve } from '../config/resolve.ts';
import { Usage } from '../contract/errors.ts';
import { counted } from '../core/text.ts';
import { resolvePlaces } from '../io/places.ts';
import { painter, print, printError } from '../io/terminal.ts';
import { type Command, configOption, exitCodes, textOption } from './command.ts';

export const checkConfig: Command = {
  name: 'check-config',
  summary: 'says what is wrong with a configuration, or prints its effective values with where each was written',
  operand: '[FILE]',
  options: { ...configOption, json: { type: 'boolean', summary: 'print the effective values as JSON, in base units' } },

  async run(asked) {
    const option = textOption(asked, 'config');
    if (asked.operand !== undefined && option !== undefined)
      throw new Usage(`name one configuration: ${asked.operand}, or --config ${option}`);
    const source = findSource(asked.operand ?? option);
    const resolved = resolve(source);
    if ('problems' in resolved) {
      for (const problem of resolved.problems) printError(problem);
      printError(`\n${counted(resolved.problems.length, 'problem')}; nothing was changed.`);
      return exitCodes.usage;
    }
    if (asked.options['json'] === true) {
      print(JSON.stringify({ ...resolved.config, places: resolvePlaces(resolved.config.files) }, undefined, 2));
      return exitCodes.ok;
    }
    const values = effectiveValues(source);
    const paint = painter();
    const wide = (pick: (one: (typeof values)[number]) => string, most: number): number =>
      Math.min(most, Math.max(...values.map((one) => pick(one).length)));
    const [keyWidth, valueWidth] = [wide(({ key }) => key, 48), wide(({ value }) => value, 44)];
    print(`${source ? source.path : 'No configuration: this is what applies without one.'}\n`);
    for (const { key, value, origin } of values) {
      const line = `${key.padEnd(keyWidth)}  ${value.padEnd(valueWidth)}  ${origin}`;
      print(origin === 'default' ? paint('dim', line) : line);
    }
    const places = Object.entries(resolvePlaces(resolved.config.files)).map(
      ([name, path]) => `  ${name.padEnd(11)} ${path}`,
    );
    print(`\nFiles lie in\n${places.join('\n')}`);
    const planned = new Set(values.flatMap(({ planned: key, origin }) => (key && origin !== 'default' ? [key] : [])));
    if (planned.size > 0) print(`\nUnderstood, but nothing acts on it in this version: ${[...planned].join(', ')}`);
    return exitCodes.ok;
  },
};
