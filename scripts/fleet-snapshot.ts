import { main } from '../lib/cli/main.ts';
import { collectFrom } from '../lib/commands/monitor/target.ts';
import { fleetSnapshot } from '../lib/fleet/snapshot.ts';

main(fleetSnapshot((nodes, environment, { fleet }) => collectFrom(nodes, environment, fleet)));
