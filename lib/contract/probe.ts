// A probe reads one aspect of the machine. It cannot write, keeps nothing, and throws where it has no reading.
import type { Host } from './host.ts';
import type { ContentOf, Shape } from './shape.ts';

export interface Probe<Data extends Shape<unknown> = Shape<unknown>, Config = unknown> {
  readonly name: string;
  readonly summary: string;
  /** A Section; of a beat, for which loading zod is too dear, no more of one than its shape. */
  readonly section: { readonly schema: Data };
  /** Longer or shorter than the runner's own deadline, where the probe knows better. */
  readonly timeoutMs?: number;
  /** For one whose reading has parts that may hang by themselves: so long after its signal it may hand over the others. */
  readonly graceMs?: number;
  /** A probe of many names them; each gets a deadline and an outcome of its own. May look at the machine: without a
   * configuration, the filesystems are those that are mounted. */
  items?(from: ItemsFrom<Config>): Promise<readonly string[]>;
  /** Throws Absent where this machine has no such thing or it is not configured. */
  read(from: ReadFrom<Data, Config>): Promise<ContentOf<Data>>;
}

interface ItemsFrom<Config> {
  readonly host: (name?: string) => Host;
  readonly config: Config;
}

export interface ReadFrom<Data extends Shape<unknown>, Config> extends ItemsFrom<Config> {
  readonly item: string;
  /** The last good reading of this section (of this item), however long ago. */
  readonly previous: { readonly at: Date; readonly bootId: string; readonly data: ContentOf<Data> } | undefined;
  readonly bootId: string;
  readonly at: Date;
}

export const defineProbe = <Data extends Shape<unknown>, Config>(probe: Probe<Data, Config>): Probe<Data, Config> =>
  probe;
