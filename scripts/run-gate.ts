import { main } from '../lib/cli/main.ts';
import { openHosts } from '../lib/cycle/hosts.ts';
import { runGate } from '../lib/gates/run.ts';
import { openRunFolder } from '../lib/io/run-folder.ts';
import { runTask } from '../lib/io/task.ts';
import { liveOutput } from '../lib/io/terminal.ts';

main(runGate(runTask, openRunFolder, liveOutput()), openHosts);
