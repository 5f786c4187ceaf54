// Opens the configured hosts, each once for the whole cycle.
import type { Configuration } from '../config/schema.ts';
import type { Host } from '../contract/host.ts';
import { join } from '../core/path.ts';
import { guardHangingPaths } from '../io/hanging-paths.ts';
import { localHostOpener } from '../io/localhost.ts';
import { product } from '../io/product.ts';
import type { OpenHosts } from '../cli/stage.ts';

type Opener = (signal: AbortSignal) => Host;

/** Share of a host's deadline that connecting may use; the rest is for the readings. */
const connectShare = 0.7;

export const openHosts: OpenHosts = async (hosts, { runtime, state }, config = {}) => {
  const openers = new Map<string, Opener>();
  if (!hosts['local']) {
    const notes = join(runtime, 'children', state);
    const open = localHostOpener({ notes, userAgent: `ops-monitor/${product.version}` });
    openers.set('local', guardHangingPaths(open, pathsThatMayHang(config)));
  }
  for (const [name, host] of Object.entries(hosts)) openers.set(name, await openerOf(name, host, { runtime, state }));
  return (name, signal) => {
    const open = openers.get(name);
    if (!open) throw new Error(`there is no host ${JSON.stringify(name)} in the configuration`);
    return open(signal);
  };
};

/** The paths on this machine that the configuration declares to be on the network. */
const pathsThatMayHang = ({ filesystems = {}, workspace }: Parameters<OpenHosts>[2] & object): string[] =>
  [...Object.values(filesystems), ...(workspace ? [workspace] : [])].flatMap(({ path, host, network }) =>
    network && (host === undefined || host === 'local') ? [path.replace(/(?<=.)\/+$/, '')] : [],
  );

async function openerOf(
  name: string,
  host: Configuration['hosts'][string],
  { runtime, state }: { readonly runtime: string; readonly state: string },
): Promise<Opener> {
  if ('folder' in host) {
    const { openRecordedHost } = await import('../io/recorded.ts');
    return (signal) => openRecordedHost(host.folder, name, signal);
  }
  const { sshHostOpener } = await import('../io/ssh.ts');
  return sshHostOpener({
    name,
    target: host.ssh,
    configFile: host['ssh-config'],
    connectMs: host.deadline * 1000 * connectShare,
    runtime,
    state,
  });
}
