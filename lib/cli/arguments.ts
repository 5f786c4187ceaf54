// Parses a command line against a command's options, with our own messages for mistakes.
import { parseArgs } from 'node:util';
import { Usage } from '../contract/errors.ts';
import type { Option } from '../contract/stage.ts';
import { nearest } from '../core/text.ts';
import { commandPrefix, keptByNpm } from './npm.ts';

export interface CommandSyntax {
  readonly name: string;
  /** The placeholder of the only argument beside the options, such as `ID`; absent where the command takes none. */
  readonly operand?: string;
  readonly options: Readonly<Record<string, Option>>;
}

export interface Arguments {
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** The values of options that may be given several times. */
  readonly lists?: Readonly<Record<string, readonly string[]>>;
  readonly operand?: string | undefined;
}

/** Also refuses --dry-run where the command lacks it: with `npm start --dry-run` nothing must be written. */
function refuseWhatNpmKept({ name, operand, options }: CommandSyntax): void {
  const kept = keptByNpm([...new Set([...Object.keys(options), 'dry-run'])]);
  if (kept.length === 0) return;
  const words = kept.map((word) => `--${word}`).join(' and ');
  const line = [
    name,
    ...(operand === undefined ? [] : [operand]),
    ...kept.map((word) => optionText(word, options[word])),
  ];
  throw new Usage(`npm kept ${words} for itself, and nothing was done; write: npx ops-monitor ${line.join(' ')}`);
}

/** Throws Usage for the first mistake on the command line. */
export function parseArguments(command: CommandSyntax, argv: readonly string[]): Arguments {
  refuseWhatNpmKept(command);
  if (argv.length === 0) return { options: {} }; // a unit passes no arguments, and parsing none is not free
  const options: Record<string, Option> = { ...command.options, help: helpOption };
  const { values, positionals, tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { type }]) => [name, name === 'help' ? { type, short: 'h' } : { type }]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const given = tokens.flatMap((token) => (token.kind === 'option' ? [token] : []));
  const problem =
    given.map((one) => optionProblem(one, given, options)).find((one) => one !== undefined) ??
    operandProblem(command, positionals);
  if (problem !== undefined) throw new Usage(`${problem}\nTry: ${commandPrefix()} ${command.name} --help`);
  const lists: Record<string, string[]> = {};
  for (const { name, value } of given)
    if (options[name]?.isRepeatable && value !== undefined) (lists[name] ??= []).push(value);
  return { options: values, lists, operand: positionals[0] };
}

interface Given {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  /** `--for=4h`. */
  readonly inlineValue?: boolean | undefined;
}

function optionProblem(one: Given, given: readonly Given[], options: Readonly<Record<string, Option>>) {
  const { name, rawName, value, inlineValue } = one;
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (!option) {
    const meant = nearest(name, Object.keys(options));
    return `there is no option ${rawName}${meant ? `; did you mean --${meant}?` : ''}`;
  }
  if (option.type === 'boolean')
    return value === undefined ? undefined : `${rawName} takes no value, and was given ${JSON.stringify(value)}`;
  if (value !== undefined && inlineValue === false && /^-./.test(value))
    return `${rawName} needs a value, and ${value} looks like an option: ${optionText(name, option)}, or ${rawName}=${value}`;
  if (value === undefined || value.trim() === '') return `${rawName} needs a value: ${optionText(name, option)}`;
  return !option.isRepeatable && given.some((other) => other !== one && other.name === name)
    ? `${rawName} is given twice`
    : undefined;
}

function operandProblem({ operand }: CommandSyntax, found: readonly string[]): string | undefined {
  if (found.length <= (operand === undefined ? 0 : 1)) return undefined;
  const expected = operand === undefined ? 'options alone' : `one ${bare(operand)}`;
  return `expected ${expected}; got ${found.map((one) => JSON.stringify(one)).join(' and ')}`;
}

/** `[RULE[:SUBJECT]]` → `RULE[:SUBJECT]`. */
const bare = (operand: string): string => operand.replace(/^\[(.*)\]$/, '$1');

export const optionText = (name: string, option: Option | undefined): string =>
  `--${name}${option?.type === 'string' ? ` ${option.value ?? 'VALUE'}` : ''}`;

/** Turns `help silence` into `silence --help`, and `help archive at` into `archive at --help`. */
export function wordsOf(argv: readonly string[]): readonly string[] {
  const [first, ...others] = argv;
  return first === 'help' && others.length > 0 ? [...others, '--help'] : argv;
}

export const helpOption: Option = { type: 'boolean', summary: 'print this help' };
