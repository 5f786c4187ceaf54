// ops-monitor check-config: what is wrong with a configuration; or, where nothing is, what it comes to.
import { type Effective, effectiveValues } from '../config/origin.ts';
import { findSource } from '../config/load.ts';
import { resolve } from '../config/resolve.ts';
import { Usage } from '../contract/errors.ts';
import { alignColumns, displayWidth, padded } from '../core/columns.ts';
import { counted } from '../core/text.ts';
import { makeNet } from '../io/net.ts';
import { resolvePlaces } from '../io/places.ts';
import { painter, print, printError } from '../io/terminal.ts';
import { type Command, configOption, exitCodes, textOption } from '../cli/command.ts';

export const checkConfig: Command = {
  name: 'check-config',
  summary: 'says what is wrong with a configuration, or prints its effective values with where each was written',
  operand: '[FILE]',
  options: {
    ...configOption,
    all: { type: 'boolean', summary: 'print the defaults too, and not only what was written' },
    json: { type: 'boolean', summary: 'print the effective values as JSON, in base units' },
  },

  async run(asked) {
    const option = textOption(asked, 'config');
    if (asked.operand !== undefined && option !== undefined)
      throw new Usage(`name one configuration: ${asked.operand}, or --config ${option}`);
    const source = findSource(asked.operand ?? option);
    const resolved = resolve(source);
    if ('problems' in resolved) {
      for (const problem of resolved.problems) printError(problem);
      printError(`\nThe configuration is wrong in ${counted(resolved.count, 'place')}; nothing was changed.`);
      return exitCodes.usage;
    }
    const places = resolvePlaces(resolved.config.files);
    if (asked.options['json'] === true) {
      print(JSON.stringify({ ...resolved.config, places }, undefined, 2));
      return exitCodes.ok;
    }
    const values = effectiveValues(source);
    // Without a configuration there is nothing but defaults, and whoever asks wants to see them.
    const shown = asked.options['all'] === true || !source ? values : values.filter(({ line }) => line !== undefined);
    const [planned, unset] = [plannedKeys(values), missingSecrets(values)];
    const parts = [
      [source?.path ?? 'No configuration: this is what applies without one.'],
      table(shown),
      shown.length < values.length
        ? [`Beside these, ${counted(values.length - shown.length, 'default')} apply; --all prints them too.`]
        : [],
      ['Files lie in', ...alignColumns(Object.entries(places), { indent: '  ' })],
      planned.length > 0 ? folded(`Understood, but nothing acts on it in this version: ${planned.join(', ')}`) : [],
      unset.length > 0 ? ['Not known here, though the unit that uses it may have it:', ...unset] : [],
      [source ? `The configuration is right: ${source.path}` : 'Nothing is configured, and nothing is wrong.'],
    ];
    const text = parts.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
    print(text.join('\n\n'));
    return exitCodes.ok;
  },
};

const columns = 80;

/** A line each, or several where it is too long for a terminal: the value then stands below its key. */
function table(values: readonly Effective[]): string[] {
  const paint = painter();
  const origin = ({ line }: Effective): string => (line === undefined ? 'default' : `line ${line}`);
  const widest = (pick: (one: Effective) => string): number =>
    Math.max(0, ...values.map((one) => displayWidth(pick(one))));
  const [originWidth, keyWidth] = [
    widest(origin),
    Math.min(
      44,
      widest(({ key }) => key),
    ),
  ];
  return values.map((one) => {
    const line = `${padded(origin(one), originWidth)}  ${padded(one.key, keyWidth)}  ${one.value}`;
    if (line.length <= columns) return one.line === undefined ? paint('dim', line) : line;
    const indent = ' '.repeat(originWidth + 4);
    return [`${padded(origin(one), originWidth)}  ${one.key}`, ...folded(`${indent}${one.value}`, indent)].join('\n');
  });
}

/** Broken at spaces; what has none stays whole. */
function folded(text: string, indent = '  '): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S) /)) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = `${indent}${word}`;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

const plannedKeys = (values: readonly Effective[]): string[] => [
  ...new Set(values.flatMap(({ planned, line }) => (planned !== undefined && line !== undefined ? [planned] : []))),
];

/** By the rules of whoever will use them; a note and no mistake, as a unit is given what a shell is not. */
function missingSecrets(values: readonly Effective[]): string[] {
  const net = makeNet();
  return values.flatMap(({ key, secrets = [] }) =>
    secrets.flatMap((name) => {
      const found = net.secret(name);
      return 'missing' in found ? folded(`  ${key}: ${found.missing}`, '    ') : [];
    }),
  );
}
