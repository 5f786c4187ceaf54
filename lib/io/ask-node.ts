// Asks a node for its report over ssh: one ssh process for each node, with the user's own ssh_config, so that aliases, jump hosts,
// agents and shared connections are as everywhere else. Nothing is written there.
import { randomUUID } from 'node:crypto';
import type { ProgramResult } from '../contract/program.ts';
import { shellQuote } from '../core/harmless.ts';
import { firstLine } from '../core/text.ts';
import { sshReason } from '../parse/remote.ts';
import { runProgram } from './program.ts';
import { namesForSsh, safeOptions } from './ssh.ts';
import { pickVariables } from './variables.ts';

export interface AskSettings {
  readonly configFile: string | undefined;
  readonly connectMs: number;
  /** How long ssh may take in all. */
  readonly seconds: number;
  /** The report's program, for a node that has no ops-monitor; undefined where that is not wanted. */
  readonly program: Uint8Array | undefined;
}

export interface Destination {
  readonly name: string;
  readonly target: string;
  readonly key?: string | undefined;
}

/** Larger than any report, and so small that the answers of all nodes asked at once fit into the memory that fleet-snapshot's unit
 * allows. */
const mostOutput = 2 * 1024 * 1024;
const tooMuch = `it printed more than ${mostOutput} bytes`;

/** Returns what the node printed: its report. Throws with the reason where there is none. */
export async function askNode(node: Destination, settings: AskSettings, signal: AbortSignal): Promise<string> {
  const mark = `ops-monitor-${randomUUID()}`;
  const done = await runProgram({
    argv: sshArguments(node, settings, script(mark, settings.program !== undefined)),
    variables: pickVariables(namesForSsh),
    // The node reads its input only where it has no program of its own.
    ...(settings.program === undefined ? {} : { input: settings.program }),
    signal,
    output: { most: mostOutput, beyond: 'fail' },
  });
  signal.throwIfAborted();
  // What the login shell's profile prints stands before the mark.
  const start = done.stdout.indexOf(`${mark}\n`);
  const printed = start < 0 ? undefined : done.stdout.slice(start + mark.length + 1);
  if (done.ending.by === 'exit' && done.ending.code === 0 && printed !== undefined) return printed;
  throw new Error(printed === undefined ? reasonBeforeCommand(done) : reasonOfCommand(done));
}

/** Whoever starts ssh ends it in time; only of an ssh whose starter was killed, `timeout` is the one that ends it, a little later. */
const endsLaterSeconds = 5;

export function sshArguments(
  { target, key }: Destination,
  { configFile, connectMs, seconds }: Omit<AskSettings, 'program'>,
  command: string,
  ...more: readonly string[]
): string[] {
  const options = [
    ...safeOptions(connectMs / 1000),
    // A shared connection that the user has open is used. None is opened: it would end with this process, and with it the user's
    // sessions that had joined it.
    'ControlMaster=no',
    ...more,
  ];
  return [
    'timeout',
    String(Math.ceil(seconds) + endsLaterSeconds),
    'ssh',
    '-T',
    ...options.flatMap((option) => ['-o', option]),
    ...(configFile === undefined ? [] : ['-F', configFile]),
    ...(key === undefined ? [] : ['-i', key]),
    '--',
    // ssh takes the brackets of an IPv6 address for a part of a name.
    target.replaceAll(/[[\]]/g, ''),
    command,
  ];
}

/** As root there need be no sudo. The report's program is never run by sudo from our input: that would need a rule which lets the
 * user run everything. */
function script(mark: string, isPiped: boolean): string {
  const own = 'ops-monitor node-report --json';
  const ask = `if [ "$(id -u)" = 0 ]; then exec ${own}; else exec sudo -n ${own}; fi`;
  const piped = `if command -v ops-monitor >/dev/null 2>&1; then ${ask}; else exec node - node-report --json; fi`;
  return `sh -c ${shellQuote(`echo ${mark}; ${isPiped ? piped : ask}`)}`;
}

const install = 'monitor install puts it there';

const reasons: readonly [RegExp, string][] = [
  [
    /sudo: a (?:terminal|password) is required|no new privileges|sudo: sorry, you must have a tty/,
    `sudo asks for a password there (${install} with the line for sudoers)`,
  ],
  [
    /is not allowed to execute|not in the sudoers file/,
    `the user may not run it by sudo there (${install} with the line for sudoers)`,
  ],
  [/sudo: not found|sudo: command not found/, 'the user is not root there, and sudo is not installed'],
  [/ops-monitor: (?:command )?not found/, `ops-monitor is not installed there (${install})`],
  [/node: (?:command )?not found/, `neither ops-monitor nor Node is installed there (${install})`],
];

/** The exit code of ssh itself; another is that of the command. */
const lostCode = 255;

/** Why the command that ssh was given never began. */
export function reasonBeforeCommand({ ending, stdout, stderr }: ProgramResult): string {
  if (ending.by === 'start')
    return ending.code === 'ENOENT'
      ? 'timeout is not installed here (package coreutils)'
      : `timeout: ${ending.cause.message}`;
  if (/^timeout: .*ssh/.test(stderr)) return 'ssh is not installed here (package openssh-client)';
  if (ending.by === 'output') return tooMuch;
  // The shell nologin gives its reason on standard output.
  if (ending.by === 'exit' && ending.code !== lostCode)
    return `its login shell ended with exit code ${ending.code} before our command: ${firstLine(stderr) || firstLine(stdout) || 'it gave no reason'}`;
  return sshReason(stderr);
}

/** Why the command printed no report. */
export function reasonOfCommand({ ending, stderr }: Pick<ProgramResult, 'ending' | 'stderr'>): string {
  if (ending.by === 'output') return tooMuch;
  if (ending.by === 'exit' && ending.code === lostCode)
    return ['the connection was lost during its report', ...(stderr.trim() === '' ? [] : [sshReason(stderr)])].join(
      ': ',
    );
  const known = reasons.find(([pattern]) => pattern.test(stderr));
  if (known) return known[1];
  const how =
    ending.by === 'exit' ? `exit code ${ending.code}` : `ended by ${ending.by === 'signal' ? ending.signal : 'us'}`;
  return `its report failed (${how}): ${firstLine(stderr) || 'it gave no reason'}`;
}
