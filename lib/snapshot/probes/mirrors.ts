// Compares each mirror of a stream with its source over a window of days, by listing files, never by reading data.
import { compareListings } from '../../core/compare.ts';
import type { SnapshotConfig } from '../config.ts';
import { defineProbe } from '../define.ts';
import { listingsOf, listingTimeoutMs } from '../listings.ts';
import { mirrors as section } from '../sections/mirrors.ts';

/** Keys are STREAM.MIRROR (`hatpro.gws`); neither name may contain the dot that separates them. */
const allMirrors = (config: SnapshotConfig) =>
  Object.fromEntries(
    Object.entries(config.streams).flatMap(([stream, { source, mirrors, window }]) =>
      Object.entries(source ? mirrors : {}).map(
        ([name, mirror]) => [`${stream}.${name}`, { stream, name, mirror, window }] as const,
      ),
    ),
  );

export const mirrors = defineProbe({
  name: 'mirrors',
  summary: 'coverage, lag and differences of each stream’s copies',
  section,
  timeoutMs: listingTimeoutMs,

  items: async ({ config }) => Object.keys(allMirrors(config)),

  async read(from) {
    const { config, item, at } = from;
    const configured = allMirrors(config)[item];
    if (!configured) throw new Error(`no mirror ${item} is configured`);
    const { stream, name, mirror, window } = configured;
    const listings = listingsOf(from);
    const [source, copy] = await Promise.all([listings.source(stream), listings.mirror(stream, name)]);
    const atSource = source.windows.get(mirror.compare);
    if (!atSource) throw new Error(`the files of ${stream} were not listed for ${item}`);
    return {
      stream,
      host: mirror.host ?? 'local',
      root: mirror.root,
      window_seconds: window,
      compare_seconds: mirror.compare,
      ...compareListings(atSource, copy, { at, window }),
    };
  },
});
