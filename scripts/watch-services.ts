import { main } from '../lib/cli/main.ts';
import { lockStage } from '../lib/cli/stage.ts';
import { openHosts } from '../lib/cycle/hosts.ts';
import { keepNewest } from '../lib/io/keep-newest.ts';
import { isTerminal, printError } from '../lib/io/terminal.ts';
import { restartServices } from '../lib/watchdog/restart.ts';
import { watchServices } from '../lib/watchdog/watch.ts';

// Threads for reads that may hang: each of the usual 24 costs a hundredth of a start.
process.env['UV_THREADPOOL_SIZE'] ??= '4';

const stage = watchServices({
  // On a terminal the alerts stand below the table.
  announce: isTerminal(2) ? () => undefined : printError,
  keepNewest,
  restartServices: restartServices({
    // Loaded when a service is restarted: running commands costs a tenth of a start.
    runTask: async (request) => (await import('../lib/io/task.ts')).runTask(request),
    lock: (places) => lockStage({ name: 'watch-services-restart', deadlineMs: 80_000 }, places),
  }),
});

main(stage, openHosts, (asked, until) =>
  asked.options['serve'] === undefined
    ? undefined
    : import('../lib/commands/serve-watchdog.ts').then(({ serveWatchdog }) =>
        serveWatchdog({ stage, openHosts, everyMs: 30_000 }, asked, until),
      ),
);
