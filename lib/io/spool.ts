// A folder of files that wait, with a second one in the runtime folder for when the disk is full.
import { join } from 'node:path';
import type { Spool } from '../contract/spool.ts';
import { isDiskTrouble, listIfThere, readIfThere, removeIfThere, replaceFile, sweepFolder } from './files.ts';

const ending = '.json';
const mode = 0o600;

export function openSpool(folder: string, spareRoot: string): Spool {
  const spare = join(spareRoot, 'spare', folder);
  const places = [folder, spare];
  const namesIn = (path: string): string[] => listIfThere(path).filter((name) => name.endsWith(ending));
  return {
    names: () => [...new Set(places.flatMap(namesIn))].sort(),
    read: (name) => {
      for (const place of places) {
        const text = readIfThere(join(place, name));
        if (text !== undefined) return text;
      }
      return undefined;
    },
    put: (name, text) => {
      try {
        replaceFile(join(folder, name), text, mode);
      } catch (error) {
        if (!isDiskTrouble(error)) throw error;
        replaceFile(join(spare, name), text, mode);
        return;
      }
      removeIfThere(join(spare, name));
    },
    remove: (name) => {
      for (const place of places) removeIfThere(join(place, name));
    },
    bury: (name, text) => replaceFile(join(folder, 'dead', name), text, mode),
    sweep: () => {
      for (const place of [...places, join(folder, 'dead')]) sweepFolder(place);
    },
    dead: () => namesIn(join(folder, 'dead')),
  };
}
