// Reads one checkout with the checkouts probe on this machine.
import { checkouts } from '../../lib/snapshot/probes/checkouts.ts';
import { configurationOf } from '../world.ts';
import { localHost } from './machine.ts';

/** `folder` takes the notes about children that hang. */
export function readCheckout(path: string, folder: string, signal?: AbortSignal) {
  const host = localHost(folder, signal);
  const config = configurationOf(`git: { x: ${path} }`);
  return checkouts.read({ host: () => host, config, item: 'x', previous: undefined, bootId: '', at: new Date(0) });
}
