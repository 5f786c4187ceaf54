// The unit of a program of a node that does not run: why the program does not answer. Pure.
import { causes, type FleetReadable } from './define.ts';

/** Without an instance: `rqlite@alice.service` belongs to a namespace. */
const patterns = {
  rqlite: /(^|[-.])rqlited?\.service$/,
  olric: /(^|[-.])olricd?(-server)?\.service$/,
  kubo: /(^|[-.])(ipfs|ipfsd|kubo)\.service$/,
  'ipfs-cluster': /(^|[-.])ipfs-cluster(-service)?\.service$/,
  gateway: /(^|[-.])gateway\.service$/,
  coredns: /(^|[-.])coredns\.service$/,
  caddy: /(^|[-.])caddy(-api)?\.service$/,
  wireguard: /^wg-quick@.*\.service$/,
} as const;

/** Running, or about to, as systemd says it. */
export const isActive = (state: string): boolean => ['active', 'reloading', 'refreshing'].includes(state);

/** The id of its alert. */
export function stoppedUnit(
  services: FleetReadable['services'],
  node: string,
  program: keyof typeof patterns,
): string | undefined {
  const unit = services[node]?.services?.find(
    ({ name, active_state: state }) => patterns[program].test(name) && !isActive(state),
  );
  return unit && causes.service(node, unit.name);
}
