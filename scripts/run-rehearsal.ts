import { main } from '../lib/cli/main.ts';
import type { Configuration } from '../lib/config/schema.ts';
import { openHosts } from '../lib/cycle/hosts.ts';
import { openNet } from '../lib/cycle/net.ts';
import { pushMeans } from '../lib/cycle/push-means.ts';
import { archiveFolder } from '../lib/io/archive-folder.ts';
import { whyUnreachable } from '../lib/io/reach.ts';
import { openRunFolder } from '../lib/io/run-folder.ts';
import { runTask } from '../lib/io/task.ts';
import { liveOutput } from '../lib/io/terminal.ts';
import { pushTextfiles } from '../lib/push/push.ts';
import { runRehearsal } from '../lib/rehearsal/run.ts';

main(
  runRehearsal<Configuration>({
    runTask,
    whyUnreachable,
    openRunFolder,
    archiveFolder,
    live: liveOutput(),
    secret: async (reference) => (await openNet()).secret(reference),
    push: pushTextfiles(pushMeans),
  }),
  openHosts,
);
