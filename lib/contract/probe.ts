// A probe reads one aspect of the machine. It cannot write, keeps nothing, and throws where it has no reading.
import type * as z from 'zod/mini';
import type { Host } from './host.ts';
import type { Section } from './section.ts';

export interface Probe<Data extends z.ZodMiniType = z.ZodMiniType, Config = unknown> {
  readonly name: string;
  readonly summary: string;
  readonly section: Section<Data>;
  /** Longer or shorter than the runner's own deadline, where the probe knows better. */
  readonly timeoutMs?: number;
  /** A probe of many names them; each gets a deadline and an outcome of its own. May look at the machine: without a
   * configuration, the filesystems are those that are mounted. */
  items?(from: ItemsFrom<Config>): Promise<readonly string[]>;
  /** Throws Absent where this machine has no such thing or it is not configured. */
  read(from: ReadFrom<Data, Config>): Promise<z.output<Data>>;
}

interface ItemsFrom<Config> {
  readonly host: (name?: string) => Host;
  readonly config: Config;
}

export interface ReadFrom<Data extends z.ZodMiniType, Config> extends ItemsFrom<Config> {
  readonly item: string;
  /** The last good reading of this section (of this item), however long ago. */
  readonly previous: { readonly at: Date; readonly bootId: string; readonly data: z.output<Data> } | undefined;
  readonly bootId: string;
  readonly at: Date;
}

export const defineProbe = <Data extends z.ZodMiniType, Config>(probe: Probe<Data, Config>): Probe<Data, Config> =>
  probe;
