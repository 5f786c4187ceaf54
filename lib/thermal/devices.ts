// Chips are asked on threads, and a driver that hangs keeps its thread for ever. There are four: what is told needs one
// too (a name is looked up on it), and a disk that is dead must not cost the temperature of the processor.
import { TimedOut } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { lanes } from '../core/lanes.ts';
import { untilAborted } from '../core/abort.ts';
import { type HungChips, whyNotAsked } from './hung.ts';
import { isOfCpu } from './package.ts';

export interface Devices {
  /**
   * How to read the values of a chip of this driver, or of a zone of this type, in this folder: each when there is a thread
   * for it.
   */
  chip(folder: string, driver: string): (path: string) => Promise<string>;
  /** The folders of the chips that have been asked and have not answered. */
  readonly hanging: ReadonlySet<string>;
}

export function devicesOf(host: Host, hung: HungChips): Devices {
  const { signal } = host;
  const [cpu, others] = [lanes(1), lanes(2)];
  const hanging = new Set<string>();
  return {
    hanging,
    chip: (folder, driver) => {
      // Registers of the processor, sixty of them: they need no thread, and each turn here costs as much as the reading.
      if (driver === 'coretemp') return (path) => host.readText(path);
      const isCpu = isOfCpu(driver);
      const why = whyNotAsked(hung, folder, isCpu);
      if (why !== undefined) return () => Promise.reject(new Error(why));
      const lane = isCpu ? cpu : others;
      return async (path) => {
        let isAsked = false;
        const ask = async (): Promise<string> => {
          signal.throwIfAborted();
          isAsked = true;
          hanging.add(folder);
          try {
            return await host.readText(path);
          } finally {
            hanging.delete(folder);
          }
        };
        try {
          return await untilAborted(signal, lane(ask));
        } catch (error) {
          if (isAsked || !signal.aborted) throw error;
          throw new TimedOut('it was not asked: what was asked before it gave no answer');
        }
      };
    },
  };
}
