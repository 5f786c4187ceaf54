import { openHosts } from '../lib/cycle/hosts.ts';
import { main } from '../lib/cli/main.ts';
import { collectSnapshot } from '../lib/snapshot/collect.ts';

main(collectSnapshot, openHosts);
