// check-config --try: tries each thing that the configuration names, read-only, all at once.
import { lineFinder } from '../../config/origin.ts';
import type { Site } from '../../cli/site.ts';
import { noHost } from '../../cli/stage.ts';
import { openHosts } from '../../cycle/hosts.ts';
import { join } from '../../core/path.ts';
import { makeWorld } from '../../io/world.ts';
import { readings } from '../../snapshot/files.ts';
import type { Finding } from './finding.ts';
import { tryFleet } from './fleet.ts';
import { tryMachine } from './machine.ts';
import { tryReadings } from './readings.ts';
import { tryRecipients } from './recipients.ts';

export interface LocatedFinding extends Finding {
  /** The line of the configuration file; undefined for a default. */
  readonly line: number | undefined;
}

/** In the order of the file. */
export async function tryConfiguration({ source, config, places }: Site): Promise<LocatedFinding[]> {
  // A child that hangs is noted under names of our own: a stage must not take it for one that it left behind.
  const apart = { ...places, runtime: join(places.runtime, 'trial'), state: join(places.state, 'trial') };
  const previous = await makeWorld({ config, places, openHost: noHost })
    .read(readings)
    .catch(() => undefined);
  const [openHost, here] = await Promise.all([openHosts(config.hosts, apart, config), openHosts({}, apart)]);
  const found = await Promise.all([
    tryReadings(config, places, previous ?? {}, openHost),
    tryMachine(config, openHost, here),
    tryRecipients(config),
    tryFleet(config),
  ]);
  const lineOf = lineFinder(source);
  // Readings of many items may have one reason, such as a file that is not there.
  const each = new Map(found.flat().map((finding) => [JSON.stringify([finding.path, finding.says]), finding]));
  return [...each.values()]
    .map((finding) => ({ ...finding, line: lineOf(finding.path) }))
    .toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0));
}
