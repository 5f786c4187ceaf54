import { main } from '../lib/cli/main.ts';
import { openHosts } from '../lib/cycle/hosts.ts';
import { pushMeans } from '../lib/cycle/push-means.ts';
import { pushMetrics } from '../lib/push/push.ts';

main(pushMetrics(pushMeans), openHosts);
