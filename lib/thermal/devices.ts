// Chips are asked on threads, and a driver that hangs keeps its thread for ever. There are four: what is told needs one
// too (a name is looked up on it), and a disk that is dead must not cost the temperature of the processor.
import { TimedOut } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { lanes } from '../core/lanes.ts';
import { untilAborted } from '../run/deadline.ts';
import { isOfCpu } from './package.ts';

export interface Devices {
  /** A value that a chip of this driver is asked for, when there is a thread for it. Of one chip, one after the other. */
  read(path: string, driver: string): Promise<string>;
}

export function devicesOf(host: Host): Devices {
  const { signal } = host;
  const [cpu, others] = [lanes(1), lanes(2)];
  return {
    read: async (path, driver) => {
      // Registers of the processor, sixty of them: they need no thread, and each turn here costs as much as the reading.
      if (driver === 'coretemp') return host.readText(path);
      let isAsked = false;
      const ask = (): Promise<string> => {
        signal.throwIfAborted();
        isAsked = true;
        return host.readText(path);
      };
      try {
        return await untilAborted(signal, (isOfCpu(driver) ? cpu : others)(ask));
      } catch (error) {
        if (isAsked || !signal.aborted) throw error;
        throw new TimedOut('it was not asked: what was asked before it gave no answer');
      }
    },
  };
}
