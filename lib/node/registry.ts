// The sections and probes of the report on a node, in the order of the report.
import { anyone as anyoneProbe } from './probes/anyone.ts';
import { dns as dnsProbe } from './probes/dns.ts';
import { gateway as gatewayProbe } from './probes/gateway.ts';
import { ipfs as ipfsProbe } from './probes/ipfs.ts';
import { namespaces as namespacesProbe } from './probes/namespaces.ts';
import { network as networkProbe } from './probes/network.ts';
import { olric as olricProbe } from './probes/olric.ts';
import { processes as processesProbe } from './probes/processes.ts';
import { rqlite as rqliteProbe } from './probes/rqlite.ts';
import { services as servicesProbe } from './probes/services.ts';
import { system as systemProbe } from './probes/system.ts';
import { wireguard as wireguardProbe } from './probes/wireguard.ts';
import { anyone } from './sections/anyone.ts';
import { dns } from './sections/dns.ts';
import { gateway } from './sections/gateway.ts';
import { ipfs } from './sections/ipfs.ts';
import { namespaces } from './sections/namespaces.ts';
import { network } from './sections/network.ts';
import { olric } from './sections/olric.ts';
import { processes } from './sections/processes.ts';
import { rqlite } from './sections/rqlite.ts';
import { services } from './sections/services.ts';
import { system } from './sections/system.ts';
import { wireguard } from './sections/wireguard.ts';

export const nodeSections = {
  system,
  services,
  rqlite,
  olric,
  ipfs,
  gateway,
  wireguard,
  dns,
  anyone,
  network,
  processes,
  namespaces,
};

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
];
