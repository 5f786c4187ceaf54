// Dispatches `ops-monitor COMMAND …` to the command's script.
import { alignColumns } from '../core/columns.ts';
import { nearest } from '../core/text.ts';
import { leave } from '../io/leave.ts';
import { product } from '../io/product.ts';
import { print, printError } from '../io/terminal.ts';
import { wordsOf } from './arguments.ts';
import { exitCodes } from './command.ts';
import { commandPrefix } from './npm.ts';

export interface Entry {
  readonly summary: string;
  /** Imports the script, which parses the rest of the command line and exits the process. */
  readonly load: () => Promise<unknown>;
}

export function dispatch(entries: Readonly<Record<string, Entry>>): void {
  const [name, ...rest] = wordsOf(process.argv.slice(2));
  if (name === '--version') finish(`ops-monitor ${product.version}`);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') finish(helpOf(entries));
  const entry = Object.hasOwn(entries, name) ? entries[name] : undefined;
  if (!entry) {
    const meant = nearest(name, Object.keys(entries));
    printError(
      `ops-monitor: there is no command ${JSON.stringify(name)}${meant ? `; did you mean ${meant}?` : ''}\nTry: ${commandPrefix()} --help`,
    );
    leave(exitCodes.usage);
  }
  process.argv.splice(2, Infinity, ...rest);
  void entry.load().catch((error: unknown) => {
    printError(`ops-monitor: ${name} could not be loaded: ${String(error)}`);
    leave(exitCodes.failed);
  });
}

function finish(text: string): never {
  print(text);
  leave(exitCodes.ok);
}

function helpOf(entries: Readonly<Record<string, Entry>>): string {
  return [
    'Usage: ops-monitor COMMAND [OPTION]…',
    '',
    'An observe-only operations monitor: each stage reads files and writes files for the next.',
    '',
    ...alignColumns(
      Object.entries(entries).map(([name, { summary }]) => [name, summary]),
      { indent: '  ' },
    ),
    '',
    'ops-monitor COMMAND --help shows the options. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 75 already running.',
  ].join('\n');
}
