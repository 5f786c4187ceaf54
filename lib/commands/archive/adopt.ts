// ops-monitor archive adopt.
import { resolve as absolute } from 'node:path';
import { describeForeignStore, type OwnArchive } from '../../archive/adopt.ts';
import { openSpan } from '../../archive/read.ts';
import { Usage } from '../../contract/errors.ts';
import { storeFiles } from '../../io/store.ts';
import { print } from '../../io/terminal.ts';
import { type Command, configOption, exitCodes } from '../../cli/command.ts';
import { archiveInConfig } from './options.ts';

export const adopt: Command = {
  name: 'archive adopt',
  summary: 'describes a store that another program wrote, and how to read it beside our archive; changes nothing',
  operand: 'STORE',
  options: configOption,

  async run(asked) {
    const { operand: given } = asked;
    if (given === undefined) throw new Usage('name one Zarr store');
    const store = absolute(given);
    if (storeFiles.size(store) === undefined) throw new Usage(`there is no ${store}`);
    const { places, path } = await archiveInConfig(asked);
    if (openOurs(store)) throw new Usage(`${store} is an archive of this product: there is nothing to adopt`);
    const [{ openZarr, timeSpan }, { openHosts }] = await Promise.all([
      import('../../snapshot/zarr.ts'),
      import('../../cycle/hosts.ts'),
    ]);
    const open = await openHosts({}, places);
    const opened = await openZarr(open('local', new AbortController().signal), store);
    const names = await opened.names();
    const theirs = {
      path: store,
      format: opened.format,
      variables: names.filter((name) => name !== 'time'),
      ...(await timeSpan(opened, 'time')),
    };
    print(describeForeignStore(theirs, openOurs(path), path));
    return exitCodes.ok;
  },
};

/** Our own archive; undefined when it is missing or unreadable. */
function openOurs(path: string): OwnArchive | undefined {
  try {
    const { metadata, times } = openSpan(storeFiles, path);
    const dateOf = (time: number | undefined) => (time === undefined ? undefined : new Date(time / 1000));
    const [first, last] = [dateOf(times[0]), dateOf(times.at(-1))];
    return { path, variables: [...metadata.variables.keys()], samples: times.length, first, last };
  } catch {
    return undefined; // `archive info` and `archive verify` report why
  }
}
