import { main } from '../lib/cli/main.ts';
import { openHosts } from '../lib/cycle/hosts.ts';
import { testMetrics } from '../lib/testmetrics/collect.ts';

main(testMetrics, openHosts);
