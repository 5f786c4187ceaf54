// Opens the hosts that the configuration names.
import { localHostOpener } from '../io/localhost.ts';
import { product } from '../io/product.ts';
import type { OpenHosts } from './stage.ts';

export const openHosts: OpenHosts = async (hosts, runtime) => {
  const anyRecorded = Object.values(hosts).some((host) => 'folder' in host);
  const recorded = anyRecorded ? await import('../io/recorded.ts') : undefined;
  const openLocal = localHostOpener({ runtime, userAgent: `ops-monitor/${product.version}` });
  return (name, signal) => {
    const host = hosts[name];
    if (host === undefined && name === 'local') return openLocal(signal);
    if (host === undefined) throw new Error(`there is no host ${JSON.stringify(name)} in the configuration`);
    if ('folder' in host && recorded) return recorded.openRecordedHost(host.folder, name, signal);
    throw new Error(`${name} is reached over ssh, which this version cannot do yet`);
  };
};
