// Runs a command from its arguments to its exit code: options, --help, and the exit code for each kind of error.
import { LockedOut, Usage } from '../contract/errors.ts';
import type { PrintedResult, Option } from '../contract/stage.ts';
import { fold, foldColumns } from '../core/columns.ts';
import { reasonOf } from '../core/text.ts';
import { exitNow, interruptedCode } from '../io/leave.ts';
import { print, printError, printWidth } from '../io/terminal.ts';
import { type Arguments, helpOption, optionText, parseArguments, type CommandSyntax } from './arguments.ts';

export interface Command extends CommandSyntax {
  readonly summary: string;
  run(asked: Arguments): Promise<number>;
  /** Renders a failure in the form that the caller expects (Nagios); undefined for the usual message. */
  readonly renderFailure?: (error: unknown, argv: readonly string[]) => PrintedResult | undefined;
  /** A service ends by itself once this is aborted. Without it a signal ends the process. */
  readonly stop?: AbortController | undefined;
}

export const exitCodes = { ok: 0, failed: 1, usage: 2, lockedOut: 75 } as const;

/** Runs the command and exits the process, even when something hangs. */
export function start(command: Command): void {
  for (const [signal, code] of [
    ['SIGINT', interruptedCode],
    ['SIGTERM', 143],
  ] as const)
    process.once(signal, () => (command.stop ? command.stop.abort() : exitNow(code)));
  const ended = runCommand(command, process.argv.slice(2));
  void ended.then(exitNow); // runCommand never rejects: it turns errors into exit codes
}

async function runCommand(command: Command, argv: readonly string[]): Promise<number> {
  try {
    const asked = parseArguments(command, argv);
    if (asked.options['help'] === true) {
      print(helpOf(command));
      return exitCodes.ok;
    }
    return await command.run(asked);
  } catch (error) {
    const answered = command.renderFailure?.(error, argv);
    if (answered) {
      print(answered.text);
      return answered.exitCode;
    }
    // A Usage message is written for a person and keeps its line breaks.
    printError(`${command.name}: ${error instanceof Usage ? error.message : reasonOf(error)}`);
    return exitCodeOf(error);
  }
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof Usage) return exitCodes.usage;
  return error instanceof LockedOut ? exitCodes.lockedOut : exitCodes.failed;
}

function helpOf({ name, summary, operand, options }: Command): string {
  const width = printWidth();
  const rows = Object.entries({ ...options, help: helpOption }).map(([word, option]): [string, string] => [
    optionText(word, option),
    option.summary,
  ]);
  return [
    `Usage: ops-monitor ${name}${operand ? ` ${operand}` : ''} [OPTION]…`,
    '',
    ...fold(`${name} ${summary}.`, width),
    '',
    ...foldColumns(rows, { indent: '  ', width }),
  ].join('\n');
}

export const configOption: Readonly<Record<string, Option>> = {
  config: {
    type: 'string',
    value: 'FILE',
    summary: 'the configuration (default: $OPS_MONITOR_CONFIG, else /etc/ops-monitor/config.yaml if it exists)',
  },
};

export const jsonOption = { json: { type: 'boolean', summary: 'print the result as JSON' } } as const;

export const dryRunOption = {
  'dry-run': { type: 'boolean', summary: 'print what would change, change nothing' },
} as const;

export const textOption = (asked: Arguments, name: string): string | undefined => {
  const value = asked.options[name];
  return typeof value === 'string' ? value : undefined;
};

/** A whole number; throws Usage for any other text. */
export function numberOption(
  asked: Arguments,
  name: string,
  { byDefault, least, most }: Readonly<Record<'byDefault' | 'least' | 'most', number>>,
): number {
  const text = textOption(asked, name) ?? String(byDefault);
  if (/^\d+$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw new Usage(`--${name} ${JSON.stringify(text)} is not a number from ${least} to ${most}`);
}
