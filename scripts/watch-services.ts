import { main } from '../lib/cli/main.ts';
import { openHosts } from '../lib/cycle/hosts.ts';
import { keepNewest } from '../lib/io/keep-newest.ts';
import { isTerminal, printError } from '../lib/io/terminal.ts';
import { watchServices } from '../lib/watchdog/watch.ts';

// On a terminal the alerts stand below the table.
main(watchServices({ announce: isTerminal(2) ? () => undefined : printError, keepNewest }), openHosts);
