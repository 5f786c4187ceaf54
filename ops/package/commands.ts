// All commands and their options, as `--help` of the built product says them: the source of the man page and the completions.
import { execFileSync } from 'node:child_process';

export interface OptionHelp {
  /** `--config`. */
  readonly flag: string;
  /** The placeholder of its value, such as `FILE`; absent where it takes none. */
  readonly value?: string;
  readonly summary: string;
}

export interface CommandHelp {
  /** `archive export`. */
  readonly name: string;
  readonly summary: string;
  /** The placeholder of its argument, such as `ID` or `[FILE]`. */
  readonly operand?: string;
  readonly options: readonly OptionHelp[];
  /** Its own commands; empty for most. */
  readonly commands: readonly CommandHelp[];
}

/** `run` prints the help of `ops-monitor WORDS --help`. */
export function readHelp(run: (...words: string[]) => string, name = ''): CommandHelp {
  const text = run(...name.split(' ').filter(Boolean), '--help');
  const [usage = '', , summary = ''] = text.split('\n');
  const rows = rowsOf(text);
  const isGroup = usage.includes(' COMMAND ');
  const operand = /^Usage: ops-monitor .* (\[?[A-Z][^ ]*\]?) \[OPTION\]…$/.exec(usage)?.[1];
  return {
    name,
    summary: summary.slice(`${name || 'ops-monitor'} `.length).replace(/\.$/, ''),
    ...(operand === undefined || isGroup ? {} : { operand }),
    options: isGroup ? [] : rows.map(optionOf),
    commands: isGroup ? rows.map(([word]) => readHelp(run, `${name} ${word.split(' ', 1)[0]}`.trim())) : [],
  };
}

/** The two columns of the indented lines. */
function rowsOf(text: string): [first: string, summary: string][] {
  const rows = [...text.matchAll(/^ {2}(\S.*?) {2,}(\S.*)$/gm)].map(([, first = '', second = '']): [string, string] => [
    first,
    second,
  ]);
  if (rows.length === 0) throw new Error(`the help has no table of commands or options: ${text}`);
  return rows;
}

function optionOf([first, summary]: [string, string]): OptionHelp {
  const [flag = '', value] = first.split(' ');
  return { flag, summary, ...(value === undefined ? {} : { value }) };
}

/** Runs the bundles in a tree; an npm that started us shall not show in what they print. */
export const helpIn =
  (node: string, program: string) =>
  (...words: string[]): string =>
    execFileSync(node, [program, ...words], { encoding: 'utf8', env: { PATH: process.env['PATH'] } });
