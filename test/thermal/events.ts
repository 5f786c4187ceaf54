// What a receiver got, as check-ins and events, and machines of several chips.
import type { Host } from '../../lib/contract/host.ts';
import type { Received } from './receiver.ts';
import { chipFiles, type Tree, treeHost } from './tree.ts';

export const sentryKey = '0123456789abcdef0123456789abcdef';

export type Event = Readonly<Record<string, unknown>> | undefined;

const parsed = (text: string) => JSON.parse(text) as Record<string, unknown>;

export const checkIns = (all: readonly Received[]) =>
  all.filter(({ path }) => path?.includes('/cron/')).map(({ body }) => parsed(body));

export const eventsOf = (all: readonly Received[]) =>
  all.filter(({ path }) => path?.includes('/envelope/')).map(({ body }) => parsed(body.split('\n')[2] ?? ''));

export const wordsOf = (event: Event): string =>
  (event?.['message'] as { formatted: string } | undefined)?.formatted ?? '';
export const stateOf = (event: Event): string => (event?.['tags'] as { state: string } | undefined)?.state ?? '';

export interface Chip {
  readonly driver: string;
  readonly place: string;
  readonly files: Tree;
}

/** These chips as hwmon0, hwmon1 …, each at the place of its device. */
export const hostOfChips = (...chips: readonly Chip[]): Host =>
  treeHost(
    Object.assign({}, ...chips.map(({ driver, files }, number) => chipFiles(number, driver, files))) as Tree,
    Object.fromEntries(
      chips.map(({ place }, number) => [
        `/sys/class/hwmon/hwmon${number}`,
        `/sys/devices/${place}/hwmon/hwmon${number}`,
      ]),
    ),
  );
