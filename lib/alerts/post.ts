// What sending is handed of the world, and which ways lead to whom.
import { Usage } from '../contract/errors.ts';
import type { Spool } from '../contract/spool.ts';
import type { Outside, Transport } from '../contract/transport.ts';
import { listed } from '../core/text.ts';
import type { AlertsConfig } from './config.ts';
import type { FoundNote } from './silence.ts';

/** Beyond a World. */
export interface Post {
  readonly spool: (folder: string, runtime: string) => Spool;
  /** Loaded when there is something to send: a run without costs nothing of it. */
  readonly outside: () => Promise<Outside>;
  readonly transports: () => Promise<readonly Transport[]>;
  /** What people left in that folder. */
  readonly notes: (folder: string) => readonly FoundNote[];
  /** A file that cannot be used, out of the way and kept: its new name. */
  readonly setAside: (path: string, now: Date) => string;
}

/** `OPS_ALERT_TRANSPORT` wins over the configuration. `auto` tries them in their order. */
export function chosen(
  transports: readonly Transport[],
  { alerts }: AlertsConfig,
  { environment }: Outside,
): readonly Transport[] {
  const wanted = environment['OPS_ALERT_TRANSPORT'] || alerts.transport;
  if (wanted === 'auto') return transports;
  const found = transports.filter(({ name }) => name === wanted);
  const names = ['auto', ...transports.map(({ name }) => name)];
  if (found.length === 0)
    throw new Usage(`OPS_ALERT_TRANSPORT is ${JSON.stringify(wanted)}; expected one of ${listed(names)}`);
  return found;
}
