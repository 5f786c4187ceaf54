// Each copy of a stream beside its source, over a window of days: by listing, never by reading data.
import type { Host } from '../../contract/host.ts';
import { defineProbe } from '../../contract/probe.ts';
import { secondsSince } from '../../core/age.ts';
import { compareListings, type Listed } from '../../core/compare.ts';
import { daysBefore } from '../../core/time.ts';
import { type DataPath, hasDayFolders, isTemporary, parseDataPath } from '../../parse/datapath.ts';
import type { SnapshotConfig } from '../config.ts';
import { dayFolders, findFiles, folderOf } from '../search.ts';
import { mirrors as section } from '../sections/mirrors.ts';

const daySeconds = 86_400;

interface Copy {
  readonly stream: string;
  readonly source: NonNullable<SnapshotConfig['streams'][string]['source']>;
  readonly mirror: SnapshotConfig['streams'][string]['mirrors'][string];
  readonly window: number;
}

/** `hatpro.gws`: the stream and its copy. Neither a stream nor a copy is called with the separator of the other. */
const all = (config: SnapshotConfig) =>
  new Map<string, Copy>(
    Object.entries(config.streams).flatMap(([stream, { source, mirrors, window }]) =>
      source
        ? Object.entries(mirrors).map(
            ([name, mirror]) => [`${stream}.${name}`, { stream, source, mirror, window }] as [string, Copy],
          )
        : [],
    ),
  );

export const mirrors = defineProbe<typeof section.schema, SnapshotConfig>({
  name: 'mirrors',
  summary: 'coverage, lag and differences of each stream’s copies',
  section,

  items: async ({ config }) => [...all(config).keys()],

  async read({ host: open, config, item, at }) {
    const copy = all(config).get(item);
    if (!copy) throw new Error(`no mirror ${item} is configured`);
    const { stream, source, mirror, window } = copy;
    const dataPath = parseDataPath(source.files);
    const from = new Date(at.getTime() - mirror.compare * 1000);
    // One listing a side.
    const [there, here] = await Promise.all([
      list(open(source.host), { root: source.root, dataPath, from, at, alone: `mirror-${item}-source` }),
      list(open(mirror.host), { root: mirror.root, dataPath, from, at, alone: `mirror-${item}` }),
    ]);
    return {
      stream,
      host: mirror.host ?? 'local',
      root: mirror.root,
      window_seconds: window,
      compare_seconds: mirror.compare,
      ...compareListings(there, here, { at, window }),
    };
  },
});

interface Window {
  readonly root: string;
  readonly dataPath: DataPath;
  readonly from: Date;
  readonly at: Date;
  readonly alone: string;
}

/** What the window holds: by the days in the folders where they are there, else by the files' own times. */
async function list(host: Host, { root, dataPath, from, at, alone }: Window): Promise<Listed[]> {
  const length = Math.ceil(secondsSince(from, at) / daySeconds) + 1;
  const days = Array.from({ length }, (_, back) => daysBefore(at, back));
  const folders = dayFolders(root, dataPath, days);
  const found = await findFiles(host, {
    root,
    folders: folders.length > 0 ? folders : [folderOf(root, dataPath)],
    dataPath,
    alone,
    ...(hasDayFolders(dataPath) ? {} : { newerThan: from }),
  });
  return found.filter(({ path, size_bytes }) => size_bytes > 0 && !isTemporary(path));
}
