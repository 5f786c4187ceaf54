import { main } from '../lib/cli/main.ts';
import type { Configuration } from '../lib/config/schema.ts';
import { openHosts } from '../lib/cycle/hosts.ts';
import { pushMeans } from '../lib/cycle/push-means.ts';
import { pushTextfiles } from '../lib/push/push.ts';
import { testMetrics } from '../lib/testmetrics/collect.ts';

main(testMetrics<Configuration>(pushTextfiles(pushMeans)), openHosts);
