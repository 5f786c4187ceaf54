// ops-monitor monitor live: all views on the whole terminal, refreshed until somebody leaves.
import { type Command, exitCodes, numberOption, textOption } from '../../cli/command.ts';
import { Usage } from '../../contract/errors.ts';
import { assessFleet } from '../../fleet/assess.ts';
import { runSession } from '../../fleet/live/session.ts';
import { startState } from '../../fleet/live/state.ts';
import { isTerminal, painter } from '../../io/terminal.ts';
import { collectFrom, fleetOptions, nodeNamed, openFleet } from './target.ts';

const everyUsual = 30;

/** Data older than this many refreshes are stale. */
const staleRounds = 3;

export const live: Command = {
  name: 'monitor live',
  summary: 'shows all views on the whole terminal, refreshed until you leave; ? shows the keys',
  options: {
    ...fleetOptions,
    node: { type: 'string', value: 'NAME', summary: 'begin with this node' },
    every: { type: 'string', value: 'SECONDS', summary: `ask the nodes this often (default: ${everyUsual})` },
  },

  async run(asked) {
    const everySeconds = numberOption(asked, 'every', { byDefault: everyUsual, least: 1, most: 3600 });
    const { environment, nodes, fleet } = await openFleet(asked);
    const detail = textOption(asked, 'node');
    if (detail !== undefined) nodeNamed(detail, nodes);
    const { stdin, stdout } = process;
    if (!isTerminal(1) || !stdin.isTTY || process.env['TERM'] === 'dumb')
      throw new Usage(
        `this needs a terminal for its input and output: monitor cluster --env ${environment} prints to files and pipes`,
      );
    // ink takes the whole terminal a fifth of a second to load.
    const { openScreen } = await import('../../fleet/live/screen.tsx');
    const stopJob = (): void => {
      process.off('SIGTSTP', suspend);
      // The whole job, as a terminal stops it. The call returns once the job goes on.
      process.kill(0, 'SIGTSTP');
      process.on('SIGTSTP', suspend);
    };
    const suspend = (): void => screen.lend(stopJob);
    const screen = openScreen({ stdin, stdout }, (key) => (key === 'ctrl-z' ? suspend() : session.press(key)));
    const session = runSession({
      start: startState(environment, nodes, detail),
      collect: (onAnswer) => collectFrom(nodes, environment, fleet, onAnswer),
      assess: (reading) => assessFleet(reading, fleet, new Date()),
      everySeconds,
      staleSeconds: staleRounds * Math.max(everySeconds, fleet.deadline),
      size: () => ({ columns: stdout.columns, rows: stdout.rows }),
      paint: painter(),
      draw: screen.draw,
      now: () => new Date(),
    });
    stdout.on('resize', session.draw);
    process.on('SIGTSTP', suspend);
    // After SIGSTOP, of which no process hears, the shell may have drawn over the screen.
    process.on('SIGCONT', () => screen.lend(() => undefined));
    const broken = Promise.withResolvers<never>();
    for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, broken.reject);
    // Until the end, so that none of them ends the process before the terminal is given back.
    for (const signal of ['SIGHUP', 'SIGTERM', 'SIGINT']) process.on(signal, session.stop);
    try {
      await Promise.race([session.ended, screen.closed, broken.promise]);
    } finally {
      session.stop();
      screen.close();
    }
    return exitCodes.ok;
  },
};
