import { runBoot } from '../lib/boot/run.ts';
import { main } from '../lib/cli/main.ts';
import { openHosts } from '../lib/cycle/hosts.ts';
import { whyUnreachable } from '../lib/io/reach.ts';
import { openRunFolder } from '../lib/io/run-folder.ts';
import { runTask } from '../lib/io/task.ts';
import { liveOutput } from '../lib/io/terminal.ts';

main(runBoot({ runTask, openRunFolder, whyUnreachable, live: liveOutput() }), openHosts);
