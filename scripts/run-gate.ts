import { main } from '../lib/cli/main.ts';
import type { Configuration } from '../lib/config/schema.ts';
import { openHosts } from '../lib/cycle/hosts.ts';
import { pushMeans } from '../lib/cycle/push-means.ts';
import { runGate } from '../lib/gates/run.ts';
import { openRunFolder } from '../lib/io/run-folder.ts';
import { runTask } from '../lib/io/task.ts';
import { liveOutput } from '../lib/io/terminal.ts';
import { pushTextfiles } from '../lib/push/push.ts';

main(runGate<Configuration>({ runTask, openRunFolder, live: liveOutput(), push: pushTextfiles(pushMeans) }), openHosts);
