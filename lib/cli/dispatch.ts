// Dispatches `ops-monitor COMMAND …`, and `ops-monitor archive COMMAND …`, to the command.
import { fold, foldColumns } from '../core/columns.ts';
import { nearest } from '../core/text.ts';
import { exitNow } from '../io/leave.ts';
import { product } from '../io/product.ts';
import { print, printError, printWidth } from '../io/terminal.ts';
import { wordsOf } from './arguments.ts';
import { type Command, exitCodes, start } from './command.ts';
import { commandPrefix } from './npm.ts';

export interface Group {
  /** `ops-monitor`, or the name of a group of commands below it. */
  readonly name: string;
  readonly summary: string;
  readonly commands: Readonly<Record<string, Entry>>;
  /** The last line of `--help`. */
  readonly note: string;
  /** The command where none is named. */
  readonly byDefault?: string;
}

interface Entry {
  readonly summary: string;
  readonly operand?: string;
  /** Parses the rest of the command line, runs the command and exits the process. */
  readonly load: () => Promise<unknown>;
}

/** A group of commands, each named by the group and one word. */
export const groupOf = (about: Omit<Group, 'commands'>, commands: readonly Command[]): Group => ({
  ...about,
  commands: Object.fromEntries(
    commands.map((command) => [
      command.name.slice(about.name.length + 1),
      { ...command, load: async () => start(command) },
    ]),
  ),
});

export function dispatch(group: Group): void {
  const { name, commands, byDefault } = group;
  const words = wordsOf(process.argv.slice(2));
  const [first = ''] = words;
  if (first === '--version') finish(`ops-monitor ${product.version}`);
  if (first === '--help' || first === '-h' || first === 'help') finish(helpOf(group));
  const isNamed = byDefault === undefined || (first !== '' && !first.startsWith('-'));
  const [word = '', ...rest] = isNamed ? words : [byDefault, ...words];
  const entry = Object.hasOwn(commands, word) ? commands[word] : undefined;
  if (!entry) {
    const prefix = [commandPrefix(), ...(name === 'ops-monitor' ? [] : [name])].join(' ');
    printError(`${name}: ${problemOf(word, Object.keys(commands))}\nTry: ${prefix} --help`);
    exitNow(exitCodes.usage);
  }
  process.argv.splice(2, Infinity, ...rest);
  void entry.load().catch((error: unknown) => {
    printError(`${name}: ${word} could not be loaded: ${String(error)}`);
    exitNow(exitCodes.failed);
  });
}

function problemOf(word: string, known: readonly string[]): string {
  if (word === '' || word.startsWith('-')) return `name a command first: ${known.join(', ')}`;
  const meant = nearest(word, known);
  return `there is no command ${JSON.stringify(word)}${meant ? `; did you mean ${meant}?` : ''}`;
}

function finish(text: string): never {
  print(text);
  exitNow(exitCodes.ok);
}

function helpOf({ name, summary, commands, note }: Group): string {
  const prefix = name === 'ops-monitor' ? name : `ops-monitor ${name}`;
  const width = printWidth();
  const rows = Object.entries(commands).map(([word, entry]): [string, string] => [
    `${word} ${entry.operand ?? ''}`.trim(),
    entry.summary,
  ]);
  const lines = [
    `Usage: ${prefix} COMMAND [OPTION]…`,
    '',
    ...fold(`${name} ${summary}.`, width),
    '',
    ...foldColumns(rows, { indent: '  ', width }),
  ];
  return [...lines, '', ...fold(`${prefix} COMMAND --help shows the options${note}.`, width)].join('\n');
}
