// ops-monitor check-config: what is wrong with a configuration; or, where nothing is, what it comes to.
import { type Effective, effectiveValues } from '../config/origin.ts';
import { findSource } from '../config/load.ts';
import { resolve } from '../config/resolve.ts';
import { counted } from '../core/text.ts';
import { makeNet } from '../io/net.ts';
import { resolvePlaces } from '../io/places.ts';
import { painter, print, printError } from '../io/terminal.ts';
import { type Command, configOption, exitCodes, textOption } from './command.ts';

export const checkConfig: Command = {
  name: 'check-config',
  summary: 'says what is wrong with a configuration, or prints its effective values with where each was written',
  operands: '[FILE]',
  options: { ...configOption, json: { type: 'boolean', summary: 'print the effective values as JSON, in base units' } },

  async run(asked) {
    const source = findSource(asked.operands[0] ?? textOption(asked, 'config'));
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
    const unset = missingSecrets(values);
    if (unset.length > 0)
      print(`\nNot known in this environment, though the unit that uses it may have it:\n${unset.join('\n')}`);
    return exitCodes.ok;
  },
};

/** By the rules of whoever will use them; a note and no mistake, as a unit is given what a shell is not. */
function missingSecrets(values: readonly Effective[]): string[] {
  const net = makeNet();
  return values.flatMap(({ key, secrets = [] }) =>
    secrets.flatMap((name) => {
      const found = net.secret(name);
      return 'missing' in found ? [`  ${key}: ${found.missing}`] : [];
    }),
  );
}
