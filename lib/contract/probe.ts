// A probe reads one aspect of a machine. A probe cannot write, keeps no state, and throws where there is no reading.
import type { Places } from './file.ts';
import type { Host } from './host.ts';
import type { ContentOf, Shape } from './shape.ts';

export interface Probe<Data extends Shape = Shape, Config = unknown> {
  readonly name: string;
  readonly summary: string;
  /** A Section. Probes of the thermal heartbeat have only a shape. */
  readonly section: { readonly schema: Data };
  /** Deadline of one reading; the default is the runner's. */
  readonly timeoutMs?: number;
  /** Time after the deadline in which the probe may still return the parts of its reading that did not hang. */
  readonly graceMs?: number;
  /** Lists the items of a section with many items; each item has its own deadline and outcome. The list may come from the
   * machine: without a configuration, the filesystems are those that are mounted. */
  items?(from: ItemsFrom<Config>): Promise<readonly string[]>;
  /** Throws Absent where the machine does not have the thing to be read, or nothing is configured. */
  read(from: ReadFrom<Data, Config>): Promise<ContentOf<Data>>;
}

interface ItemsFrom<Config> {
  /** Opens a machine; until `signal` aborts, or else until the deadline of this reading. */
  readonly host: (name?: string, signal?: AbortSignal) => Host;
  readonly config: Config;
  readonly at: Date;
  /** The folders of this site, for a probe that reads what another room left there. */
  readonly places?: Places | undefined;
  /** Identity of this run of all probes: readings may share work under this key. Without it, nothing is shared. */
  readonly run?: object;
}

export interface ReadFrom<Data extends Shape, Config> extends ItemsFrom<Config> {
  readonly item: string;
  /** The last good reading of this section or item, however old. */
  readonly previous: { readonly at: Date; readonly bootId: string; readonly data: ContentOf<Data> } | undefined;
  readonly bootId: string;
}

export const defineProbe = <Data extends Shape, Config>(probe: Probe<Data, Config>): Probe<Data, Config> => probe;
