// A folder of files that wait, with a second one in the runtime folder for when the disk is full.
import type { Spool } from '../contract/spool.ts';
import { join } from '../core/path.ts';
import {
  forOwner,
  isDiskTrouble,
  listIfThere,
  makeFolder,
  modifiedMs,
  readIfThere,
  removeIfThere,
  replaceFile,
  sweepFolder,
} from './files.ts';

const ending = '.json';

function write(folder: string, name: string, text: string): void {
  makeFolder(folder, forOwner);
  replaceFile(join(folder, name), text, 0o600);
}

export function openSpool(folder: string, spareRoot: string): Spool {
  const spare = join(spareRoot, 'spare', folder);
  const places = [folder, spare];
  const namesIn = (path: string): string[] => listIfThere(path).filter((name) => name.endsWith(ending));
  const remove = (name: string): void => {
    const path = join(folder, name);
    try {
      removeIfThere(path);
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      // What says that everybody has it may be the copy beside, which then is all that keeps it from going out again.
      if (modifiedMs(path) !== undefined) return;
    }
    removeIfThere(join(spare, name));
  };
  return {
    names: () => [...new Set(places.flatMap(namesIn))].sort(),
    read: (name) => {
      // The later of two: a mail that stands on a full disk may have reached somebody since.
      const path = places
        .map((place) => join(place, name))
        .sort((one, other) => (modifiedMs(other) ?? 0) - (modifiedMs(one) ?? 0))[0];
      return path === undefined ? undefined : readIfThere(path);
    },
    put: (name, text) => {
      try {
        write(folder, name, text);
      } catch (error) {
        if (!isDiskTrouble(error)) throw error;
        write(spare, name, text);
        return;
      }
      removeIfThere(join(spare, name));
    },
    remove,
    bury: (name, text) => {
      try {
        write(join(folder, 'dead'), name, text);
      } catch (error) {
        if (!isDiskTrouble(error)) throw error;
        return; // it stays where it is until there is room
      }
      remove(name);
    },
    sweep: () => {
      for (const place of [...places, join(folder, 'dead')]) sweepFolder(place);
    },
    dead: () => namesIn(join(folder, 'dead')),
  };
}
