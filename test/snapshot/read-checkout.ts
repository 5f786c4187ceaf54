// Reads one checkout with the checkouts probe on this machine.
import { join } from 'node:path';
import { localHostOpener } from '../../lib/io/localhost.ts';
import { checkouts } from '../../lib/snapshot/probes/checkouts.ts';
import { configurationOf } from '../world.ts';

/** `folder` takes the notes about children that hang. */
export function readCheckout(path: string, folder: string, signal = new AbortController().signal) {
  const host = localHostOpener({ notes: join(folder, 'run'), userAgent: 'test' })(signal);
  const config = configurationOf(`git: { x: ${path} }`);
  return checkouts.read({ host: () => host, config, item: 'x', previous: undefined, bootId: '', at: new Date(0) });
}
