// A folder of files that wait for delivery, with a spare folder in the runtime folder for when the disk is full.
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
import { spareOf } from './spare.ts';

const ending = '.json';

function write(folder: string, name: string, text: string): void {
  makeFolder(folder, forOwner);
  replaceFile(join(folder, name), text, 0o600);
}

export function openSpool(folder: string, runtime: string): Spool {
  const spare = spareOf(folder, { runtime });
  const places = [folder, spare];
  const namesIn = (path: string): string[] => listIfThere(path).filter((name) => name.endsWith(ending));
  const remove = (name: string): void => {
    const path = join(folder, name);
    try {
      removeIfThere(path);
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      // The spare copy may be the only record that all recipients have the mail: without it the mail would go out again.
      if (modifiedMs(path) !== undefined) return;
    }
    removeIfThere(join(spare, name));
  };
  return {
    names: () => [...new Set(places.flatMap(namesIn))].sort(),
    read: (name) => {
      // The newer of two copies: a mail that lies on a full disk may have reached some recipients since.
      const path = places
        .map((place) => join(place, name))
        .sort((a, b) => (modifiedMs(b) ?? 0) - (modifiedMs(a) ?? 0))[0];
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
    bury: (name, text, as = name) => {
      try {
        write(join(folder, 'dead'), as, text);
      } catch (error) {
        if (!isDiskTrouble(error)) throw error;
        return; // the message stays in the outbox until there is room
      }
      remove(name);
    },
    sweep: (beforeMs) => {
      for (const place of [...places, join(folder, 'dead')]) sweepFolder(place, undefined, beforeMs);
    },
    dead: () => namesIn(join(folder, 'dead')),
    readDead: (name) => readIfThere(join(folder, 'dead', name)),
    removeDead: (name) => removeIfThere(join(folder, 'dead', name)),
  };
}
