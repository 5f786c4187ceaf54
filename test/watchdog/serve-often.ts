// watch-services --serve with runs at once after one another, in place of the thirty seconds between them. Every 50 runs it says
// how much memory is in use after a collection of garbage, where node was started with --expose-gc.
import { main } from '../../lib/cli/main.ts';
import { serveWatchdog } from '../../lib/commands/serve-watchdog.ts';
import { openHosts } from '../../lib/cycle/hosts.ts';
import { printError } from '../../lib/io/terminal.ts';
import { watchServices } from '../../lib/watchdog/watch.ts';

const stage = watchServices({ announce: printError, keepNewest: () => undefined, restartServices: async () => [] });
let runs = 0;

const counted: typeof stage = {
  ...stage,
  run: async (world) => {
    runs += 1;
    if (runs % 50 === 0 && globalThis.gc) {
      globalThis.gc();
      printError(`after ${runs} runs: ${process.memoryUsage().heapUsed} bytes`);
    }
    return stage.run(world);
  },
};

main(counted, openHosts, (asked, until) => serveWatchdog({ stage: counted, openHosts, everyMs: 1 }, asked, until));
