// Runs programs that speak the Nagios plugin API, here or over ssh. A program that cannot be run, hangs or prints too much is a
// failed reading; a result of `critical` is a good one.
import type { Completed, Host } from '../../contract/host.ts';
import { isDueAgain, secondsSince } from '../../core/age.ts';
import { firstLine, fingerprint, reasonOf } from '../../core/text.ts';
import { parsePluginOutput } from '../../parse/perfdata.ts';
import { withDeadline } from '../../engine/deadline.ts';
import { defineProbe } from '../define.ts';
import { pluginResults, plugins as section } from '../sections/plugins.ts';

/** Characters of stdout and stderr together. */
const mostOutput = 64 * 1024;

/** Cycles do not begin at the same second: a plugin that is to run every hour runs in each twelfth cycle, not in the next one. */
const earlySeconds = 30;

export const plugins = defineProbe({
  name: 'plugins',
  summary: 'results and performance data of programs that speak the Nagios plugin API',
  section,

  items: async ({ config }) => Object.keys(config.plugins),

  async read({ host: open, config, item, at, previous }) {
    const plugin = config.plugins[item];
    if (!plugin) throw new Error(`no plugin ${item} is configured`);
    const { command, host = 'local', interval = 0, timeout, limits } = plugin;
    const command_id = fingerprint(JSON.stringify([host, command]));
    const before = previous?.data;
    const isSame = before?.command_id === command_id && before.result !== 'unknown';
    if (isSame && !isDueAgain(before.ran_at, interval - earlySeconds, at))
      return { ...before, limits, age_seconds: Math.round(Math.max(0, secondsSince(before.ran_at, at))) };

    const [program = ''] = command;
    const work = (signal: AbortSignal) => run((own) => open(host, own), { command, item, signal });
    const done = await withDeadline(timeout * 1000, program, work).catch((error: unknown) => {
      throw withoutArguments(error, command);
    });
    const { message, ...printed } = parsePluginOutput(done.stdout);
    const said = message === '' ? firstLine(done.stderr) || 'no output' : message;
    return {
      host,
      program,
      command_id,
      result: pluginResults[done.exit_code] ?? 'unknown',
      exit_code: done.exit_code,
      message: done.exit_code in pluginResults ? said : `${wordsOf(done.exit_code)}: ${said}`,
      ...printed,
      ran_at: at.toISOString(),
      age_seconds: 0,
      limits,
    };
  },
});

interface Work {
  readonly command: readonly string[];
  readonly item: string;
  readonly signal: AbortSignal;
}

/** The program is ended as soon as it has printed too much: 200 MB must not be read to their end. */
async function run(open: (signal: AbortSignal) => Host, { command, item, signal }: Work): Promise<Completed> {
  const stop = new AbortController();
  const tooMuch = new Error(`${command[0]} printed more than ${mostOutput} characters`);
  const printed = { stdout: '', stderr: '' };
  let length = 0;
  const onOutput = (text: string, stream: 'stdout' | 'stderr'): void => {
    length += text.length;
    if (length > mostOutput) stop.abort(tooMuch);
    else printed[stream] += text;
  };
  const host = open(AbortSignal.any([signal, stop.signal]));
  const { exit_code, stdout, stderr } = await host
    .run(command, { alone: `plugin-${item}`, onOutput })
    .catch((error) => {
      throw stop.signal.aborted ? tooMuch : error;
    });
  // A recorded machine has the whole output at once.
  if (length > mostOutput || stdout.length + stderr.length > mostOutput) throw tooMuch;
  return { exit_code, stdout: printed.stdout || stdout, stderr };
}

/** Arguments may hold a password, and the reason of a failed reading is reported and mailed. */
function withoutArguments(error: unknown, command: readonly string[]): unknown {
  const reason = reasonOf(error);
  const shown = firstLine(command.join(' '));
  return command.length > 1 && reason.includes(shown) ? new Error(reason.replaceAll(shown, command[0] ?? '')) : error;
}

function wordsOf(code: number): string {
  if (code === 126) return 'exit code 126, a program that may not be run';
  if (code === 127) return 'exit code 127, a program that is not there';
  // A shell adds 128 to the number of the signal that ended its program.
  if (code > 128 && code < 193) return `exit code ${code}, ended by signal ${code - 128}`;
  return `exit code ${code} is none of a plugin`;
}
