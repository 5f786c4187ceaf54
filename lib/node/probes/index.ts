// The probes of the report on a node, in its order.
import { anyone as anyoneProbe } from './anyone.ts';
import { dns as dnsProbe } from './dns.ts';
import { gateway as gatewayProbe } from './gateway.ts';
import { ipfs as ipfsProbe } from './ipfs.ts';
import { monitor as monitorProbe } from './monitor.ts';
import { namespaces as namespacesProbe } from './namespaces.ts';
import { network as networkProbe } from './network.ts';
import { olric as olricProbe } from './olric.ts';
import { processes as processesProbe } from './processes.ts';
import { rqlite as rqliteProbe } from './rqlite.ts';
import { services as servicesProbe } from './services.ts';
import { system as systemProbe } from './system.ts';
import { wireguard as wireguardProbe } from './wireguard.ts';

export const nodeProbes = [
  systemProbe,
  servicesProbe,
  rqliteProbe,
  olricProbe,
  ipfsProbe,
  gatewayProbe,
  wireguardProbe,
  dnsProbe,
  anyoneProbe,
  networkProbe,
  processesProbe,
  namespacesProbe,
  monitorProbe,
];
