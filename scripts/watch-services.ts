import { main } from '../lib/cli/main.ts';
import { lockStage } from '../lib/cli/stage.ts';
import { openHosts } from '../lib/cycle/hosts.ts';
import { keepNewest } from '../lib/io/keep-newest.ts';
import { runTask } from '../lib/io/task.ts';
import { isTerminal, printError } from '../lib/io/terminal.ts';
import { restartServices } from '../lib/watchdog/restart.ts';
import { watchServices } from '../lib/watchdog/watch.ts';

main(
  watchServices({
    // On a terminal the alerts stand below the table.
    announce: isTerminal(2) ? () => undefined : printError,
    keepNewest,
    restartServices: restartServices({
      runTask,
      lock: (places) => lockStage({ name: 'watch-services-restart', deadlineMs: 80_000 }, places),
    }),
  }),
  openHosts,
);
