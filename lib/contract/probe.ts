// A probe reads one aspect of a machine. It cannot write, keeps no state, and throws where it has no reading.
import type { Host } from './host.ts';
import type { ContentOf, Shape } from './shape.ts';

export interface Probe<Data extends Shape<unknown> = Shape<unknown>, Config = unknown> {
  readonly name: string;
  readonly summary: string;
  /** A Section; of a beat, for which loading zod is too dear, no more of one than its shape. */
  readonly section: { readonly schema: Data };
  /** Deadline of one reading, where the runner's default does not fit. */
  readonly timeoutMs?: number;
  /** For one whose reading has parts that may hang by themselves: so long after its signal it may hand over the others. */
  readonly graceMs?: number;
  /** Lists the items of a section of many; each gets a deadline and an outcome of its own. It may look at the machine: without
   * a configuration, the filesystems are those that are mounted. */
  items?(from: ItemsFrom<Config>): Promise<readonly string[]>;
  /** Throws Absent where the machine has no such thing or it is not configured. */
  read(from: ReadFrom<Data, Config>): Promise<ContentOf<Data>>;
}

interface ItemsFrom<Config> {
  readonly host: (name?: string) => Host;
  readonly config: Config;
}

export interface ReadFrom<Data extends Shape<unknown>, Config> extends ItemsFrom<Config> {
  readonly item: string;
  /** The last good reading of this section or item, however old. */
  readonly previous: { readonly at: Date; readonly bootId: string; readonly data: ContentOf<Data> } | undefined;
  readonly bootId: string;
  readonly at: Date;
}

export const defineProbe = <Data extends Shape<unknown>, Config>(probe: Probe<Data, Config>): Probe<Data, Config> =>
  probe;
