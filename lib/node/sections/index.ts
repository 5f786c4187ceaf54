// The sections of the report on a node, in its order.
import { metrics } from '../../snapshot/sections/metrics.ts';
import { plugins } from '../../snapshot/sections/plugins.ts';
import { anyone } from './anyone.ts';
import { dns } from './dns.ts';
import { gateway } from './gateway.ts';
import { ipfs } from './ipfs.ts';
import { monitor } from './monitor.ts';
import { namespaces } from './namespaces.ts';
import { network } from './network.ts';
import { olric } from './olric.ts';
import { processes } from './processes.ts';
import { rqlite } from './rqlite.ts';
import { services } from './services.ts';
import { system } from './system.ts';
import { wireguard } from './wireguard.ts';

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
  monitor,
};

/** The report also has the plugins and metrics of the configuration, which the fleet does not judge. */
export const reportSections = { ...nodeSections, plugins, metrics };
