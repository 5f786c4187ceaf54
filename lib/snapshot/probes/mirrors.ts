// Compares each mirror of a stream with its source over a window of days, by listing files, never by reading data.
import type { Host } from '../../contract/host.ts';
import { secondsSince } from '../../core/age.ts';
import { compareListings, type Listed } from '../../core/compare.ts';
import { daysBefore } from '../../core/time.ts';
import { type DataPath, hasDayFolders, isTemporary, parseDataPath } from '../../parse/datapath.ts';
import type { SnapshotConfig } from '../config.ts';
import { defineProbe } from '../define.ts';
import { dayFolders, findFiles, undatedFolder } from '../search.ts';
import { mirrors as section } from '../sections/mirrors.ts';

const daySeconds = 86_400;

/** Keys are STREAM.MIRROR (`hatpro.gws`); neither name may contain the dot that separates them. */
const allMirrors = (config: SnapshotConfig) =>
  new Map(
    Object.entries(config.streams).flatMap(([stream, { source, mirrors, window }]) =>
      Object.entries(source ? mirrors : {}).map(
        ([name, mirror]) => [`${stream}.${name}` as string, { stream, source, mirror, window }] as const,
      ),
    ),
  );

export const mirrors = defineProbe({
  name: 'mirrors',
  summary: 'coverage, lag and differences of each stream’s copies',
  section,

  items: async ({ config }) => [...allMirrors(config).keys()],

  async read({ host: open, config, item, at }) {
    const configured = allMirrors(config).get(item);
    if (!configured?.source) throw new Error(`no mirror ${item} is configured`);
    const { stream, source, mirror, window } = configured;
    const dataPath = parseDataPath(source.files);
    const from = new Date(at.getTime() - mirror.compare * 1000);
    const [atSource, atMirror] = await Promise.all([
      listWindow(open(source.host), { root: source.root, dataPath, from, at, alone: `mirror-${item}-source` }),
      listWindow(open(mirror.host), { root: mirror.root, dataPath, from, at, alone: `mirror-${item}` }),
    ]);
    return {
      stream,
      host: mirror.host ?? 'local',
      root: mirror.root,
      window_seconds: window,
      compare_seconds: mirror.compare,
      ...compareListings(atSource, atMirror, { at, window }),
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

/** Lists the window's data files: by the dates in the folder names if there are any, else by modification times. */
async function listWindow(host: Host, { root, dataPath, from, at, alone }: Window): Promise<Listed[]> {
  const length = Math.ceil(secondsSince(from, at) / daySeconds) + 1;
  const days = Array.from({ length }, (_, back) => daysBefore(at, back));
  const folders = dayFolders(root, dataPath, days);
  const found = await findFiles(host, {
    root,
    folders: folders.length > 0 ? folders : [undatedFolder(root, dataPath)],
    dataPath,
    alone,
    ...(hasDayFolders(dataPath) ? {} : { newerThan: from }),
  });
  return found.filter(({ path, size_bytes }) => size_bytes > 0 && !isTemporary(path));
}
