// Opens the hosts that the configuration names.
import { openLocalHost } from '../io/localhost.ts';
import { openRecordedHost } from '../io/recorded.ts';
import { product } from '../io/product.ts';
import type { OpenHosts } from './stage.ts';

export const openHosts: OpenHosts = (hosts, runtime) => (name, signal) => {
  const host = hosts[name];
  if (host === undefined && name === 'local') {
    return openLocalHost({ runtime, userAgent: `ops-monitor/${product.version}` }, signal);
  }
  if (host === undefined) throw new Error(`there is no host ${JSON.stringify(name)} in the configuration`);
  if ('folder' in host) return openRecordedHost(host.folder, name, signal);
  throw new Error(`${name} is reached over ssh (${host.ssh}), which this version cannot do yet`);
};
