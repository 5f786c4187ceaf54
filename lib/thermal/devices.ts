// Chips are asked on threads, and a driver that hangs keeps its thread for ever. There are four: what is told needs one
// too (a name is looked up on it), and a disk that is dead must not cost the temperature of the processor.
import { TimedOut } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { lanes } from '../core/lanes.ts';
import { untilAborted } from '../core/abort.ts';
import { type HungChips, whyNotAsked } from './hung.ts';
import { isOfCpu } from './package.ts';

export interface Devices {
  /** A value that a chip of this driver is asked for, when there is a thread for it. Of one chip, one after the other. */
  read(path: string, driver: string): Promise<string>;
  /** The folders of the chips that have been asked and have not answered. */
  readonly hanging: ReadonlySet<string>;
}

export function devicesOf(host: Host, hung: HungChips): Devices {
  const { signal } = host;
  const [cpu, others] = [lanes(1), lanes(2)];
  const hanging = new Set<string>();
  return {
    hanging,
    read: async (path, driver) => {
      // Registers of the processor, sixty of them: they need no thread, and each turn here costs as much as the reading.
      if (driver === 'coretemp') return host.readText(path);
      const isCpu = isOfCpu(driver);
      const chip = path.slice(0, path.lastIndexOf('/'));
      const why = whyNotAsked(hung, chip, isCpu);
      if (why !== undefined) throw new Error(why);
      let isAsked = false;
      const ask = async (): Promise<string> => {
        signal.throwIfAborted();
        isAsked = true;
        hanging.add(chip);
        try {
          return await host.readText(path);
        } finally {
          hanging.delete(chip);
        }
      };
      try {
        return await untilAborted(signal, (isCpu ? cpu : others)(ask));
      } catch (error) {
        if (isAsked || !signal.aborted) throw error;
        throw new TimedOut('it was not asked: what was asked before it gave no answer');
      }
    },
  };
}
