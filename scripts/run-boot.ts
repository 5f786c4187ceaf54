import { runBoot } from '../lib/boot/run.ts';
import { main } from '../lib/cli/main.ts';
import type { Configuration } from '../lib/config/schema.ts';
import { openHosts } from '../lib/cycle/hosts.ts';
import { pushMeans } from '../lib/cycle/push-means.ts';
import { whyUnreachable } from '../lib/io/reach.ts';
import { openRunFolder } from '../lib/io/run-folder.ts';
import { runTask } from '../lib/io/task.ts';
import { liveOutput } from '../lib/io/terminal.ts';
import { pushTextfiles } from '../lib/push/push.ts';

main(
  runBoot<Configuration>({
    runTask,
    openRunFolder,
    whyUnreachable,
    live: liveOutput(),
    push: pushTextfiles(pushMeans),
  }),
  openHosts,
);
