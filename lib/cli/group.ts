// Several commands under one name: `ops-monitor archive info`. Each has its own options and its own --help.
import { alignColumns } from '../core/columns.ts';
import { nearest } from '../core/text.ts';
import { leave } from '../io/leave.ts';
import { print, printError } from '../io/terminal.ts';
import { wordsOf } from './arguments.ts';
import { type Command, exitCodes, start } from './command.ts';
import { commandPrefix } from './npm.ts';

export interface Group {
  readonly name: string;
  readonly summary: string;
  /** Each name is the group's name, a space and a word. */
  readonly commands: readonly Command[];
}

export function startOneOf(group: Group): void {
  const [word, ...rest] = wordsOf(process.argv.slice(2));
  if (word === '--help' || word === '-h' || word === 'help') {
    print(helpOf(group));
    leave(exitCodes.ok);
  }
  const command = group.commands.find(({ name }) => name === `${group.name} ${word}`);
  if (!command) {
    printError(`${group.name}: ${complaintOf(group, word)}\nTry: ${commandPrefix()} ${group.name} --help`);
    leave(exitCodes.usage);
  }
  process.argv.splice(2, Infinity, ...rest);
  start(command);
}

const wordOf = (group: Group, { name }: Command): string => name.slice(group.name.length + 1);

function complaintOf(group: Group, word: string | undefined): string {
  const known = group.commands.map((command) => wordOf(group, command));
  if (word === undefined || word.startsWith('-')) return `say first what to do: ${known.join(', ')}`;
  const meant = nearest(word, known);
  return `there is no ${JSON.stringify(word)}${meant ? `; did you mean ${meant}?` : ''}`;
}

function helpOf(group: Group): string {
  const rows = group.commands.map((command) => [
    `${wordOf(group, command)} ${command.operand ?? ''}`.trim(),
    command.summary,
  ]);
  return [
    `Usage: ops-monitor ${group.name} COMMAND [OPTION]…`,
    '',
    `${group.name} ${group.summary}.`,
    '',
    ...alignColumns(rows, { indent: '  ' }),
    '',
    `ops-monitor ${group.name} COMMAND --help shows the options; every command takes --config FILE.`,
  ].join('\n');
}
