// The sections and probes of the report on a node, in the order of the report.
import { dns as dnsProbe } from './probes/dns.ts';
import { network as networkProbe } from './probes/network.ts';
import { processes as processesProbe } from './probes/processes.ts';
import { rqlite as rqliteProbe } from './probes/rqlite.ts';
import { services as servicesProbe } from './probes/services.ts';
import { system as systemProbe } from './probes/system.ts';
import { wireguard as wireguardProbe } from './probes/wireguard.ts';
import { dns } from './sections/dns.ts';
import { network } from './sections/network.ts';
import { processes } from './sections/processes.ts';
import { rqlite } from './sections/rqlite.ts';
import { services } from './sections/services.ts';
import { system } from './sections/system.ts';
import { wireguard } from './sections/wireguard.ts';

export const nodeSections = { system, services, rqlite, wireguard, dns, network, processes };

export const nodeProbes = [
  systemProbe,
  servicesProbe,
  rqliteProbe,
  wireguardProbe,
  dnsProbe,
  networkProbe,
  processesProbe,
];
