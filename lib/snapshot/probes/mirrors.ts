// Compares each mirror of a stream with its source over a window of days, by listing files, never by reading data.
import type { Host } from '../../contract/host.ts';
import { compareListings, type Listed } from '../../core/compare.ts';
import { daysBefore } from '../../core/time.ts';
import { hasDayFolders, isTemporary, parseDataPath } from '../../parse/datapath.ts';
import type { SnapshotConfig } from '../config.ts';
import { defineProbe } from '../define.ts';
import { dayFolders, findFiles, undatedFolder } from '../search.ts';
import { mirrors as section } from '../sections/mirrors.ts';

const daySeconds = 86_400;

/** Keys are STREAM.MIRROR (`hatpro.gws`); neither name may contain the dot that separates them. */
const allMirrors = (config: SnapshotConfig) =>
  Object.fromEntries(
    Object.entries(config.streams).flatMap(([stream, { source, mirrors, window }]) =>
      Object.entries(source ? mirrors : {}).map(
        ([name, mirror]) => [`${stream}.${name}`, { stream, source, mirror, window }] as const,
      ),
    ),
  );

export const mirrors = defineProbe({
  name: 'mirrors',
  summary: 'coverage, lag and differences of each stream’s copies',
  section,

  items: async ({ config }) => Object.keys(allMirrors(config)),

  async read({ host: open, config, item, at }) {
    const configured = allMirrors(config)[item];
    if (!configured?.source) throw new Error(`no mirror ${item} is configured`);
    const { stream, source, mirror, window } = configured;
    const dataPath = parseDataPath(source.files);
    const from = new Date(at.getTime() - mirror.compare * 1000);
    const days = Array.from({ length: Math.ceil(mirror.compare / daySeconds) + 1 }, (_, back) => daysBefore(at, back));
    // The window is taken from the dates in the folder names if there are any, else from modification times.
    const newer = hasDayFolders(dataPath) ? {} : { newerThan: from };
    const listWindow = async (host: Host, root: string, alone: string): Promise<Listed[]> => {
      const folders = dayFolders(root, dataPath, days);
      const searched = folders.length > 0 ? folders : [undatedFolder(root, dataPath)];
      const found = await findFiles(host, { root, folders: searched, dataPath, alone, ...newer });
      return found.filter(({ path, size_bytes }) => size_bytes > 0 && !isTemporary(path));
    };
    const [atSource, atMirror] = await Promise.all([
      listWindow(open(source.host), source.root, `mirror-${item}-source`),
      listWindow(open(mirror.host), mirror.root, `mirror-${item}`),
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
