// build-dashboard: caches the trend cards and levels of seven days from the archive, and lays out the live page's folder.
import { defineStage, type World } from '../contract/stage.ts';
import type { StoreFiles } from '../contract/store.ts';
import { archive } from '../archive/files.ts';
import { columnOf, openSpan } from '../archive/read.ts';
import { join } from '../core/path.ts';
import { counted, reasonOf } from '../core/text.ts';
import { daysBefore } from '../core/time.ts';
import { history, latestHealth, type ShowsHealth, type ShownConfig } from '../health/files.ts';
import { snapshots } from '../snapshot/files.ts';
import { renderBadge } from './badge.ts';
import { badgeFile, pageFolder, pageParts, partFiles, trendsFile } from './files.ts';
import { type Flatten, recentSamples } from './recent.ts';
import { joinSeries, type Series, seriesOf } from './series.ts';
import { trendsOf, type TrendsConfig, type TrendSources } from './trends.ts';

const days = 7;

type PageConfig = ShownConfig & TrendsConfig;

/** `shown` is lib/health/current.ts and `flatten` lib/archive/flatten.ts: rooms import only files of one another. */
export const buildDashboard = (sources: TrendSources, files: StoreFiles, shown: ShowsHealth, flatten: Flatten) =>
  defineStage<PageConfig>({
    name: 'build-dashboard',
    summary: 'caches the trends of the live page from the archive, and writes the page and a badge',
    reads: [archive, snapshots, history, latestHealth],
    writes: [trendsFile, badgeFile, ...partFiles],
    runsEvery: 'hourly',
    deadlineMs: 60_000,

    async run(world) {
      const { config } = world;
      const at = world.now();
      const problems: string[] = [];
      const noting = (error: unknown): undefined => void problems.push(reasonOf(error));
      const health = await world.read(latestHealth).catch(noting);
      const current = health && shown(health, { config, stages: await world.stageRecords(), at });

      const archived = readArchive(files, archive.path(world.places, at), at, noting);
      const since = archived.times.at(-1) ?? daysBefore(at, 1).getTime() / 1000;
      const recent = seriesOf(recentSamples(world, since, sources.sections, flatten));
      const trends = trendsOf(joinSeries(archived, recent), sources, config, health, at);

      await world.replace(trendsFile, trends);
      await world.replace(badgeFile, renderBadge(config.site, current));
      await replaceParts(world, files, noting);

      const folder = pageFolder(world.places);
      const samples = trends.times.length;
      return {
        counts: { samples, recent: recent.times.length, cards: trends.cards.length, strips: trends.groups.length },
        problems,
        ...(health?.run_id === undefined ? {} : { run_id: health.run_id }),
        json: { folder, samples },
        text: `${folder}: ${counted(samples, 'sample')} of seven days`,
      };
    },
  });

/** Without an archive the page shows what the raw lines have. */
function readArchive(files: StoreFiles, path: string, at: Date, noting: (error: unknown) => void): Series {
  try {
    const span = openSpan(files, path, { from: daysBefore(at, days), to: at });
    return {
      times: Array.from(span.times, (microseconds) => microseconds / 1e6),
      names: [...span.metadata.variables.keys()],
      column: (name) => {
        const found = span.metadata.variables.has(name) ? columnOf(files, span, name) : undefined;
        return found instanceof BigInt64Array ? Float64Array.from(found, Number) : found;
      },
    };
  } catch (error) {
    noting(error);
    return { times: [], names: [], column: () => undefined };
  }
}

/** Copies the page of this version, where another one is there. */
async function replaceParts(
  world: World<PageConfig>,
  files: StoreFiles,
  noting: (error: unknown) => void,
): Promise<void> {
  const dist = join(world.product.folder, 'dist');
  // A checkout that was never built has no page: its cycle is whole without one. What `npm run package` makes is no build.
  if (!files.list(dist).some((name) => name.endsWith('.cjs'))) return;
  const built = join(dist, 'page');
  for (const [index, name] of pageParts.entries()) {
    const file = partFiles[index];
    const text = files.readText(join(built, name));
    if (!file || text === undefined) return noting(new Error(`${built} has no ${name}: npm run build makes the page`));
    if (files.readText(file.path(world.places, world.now())) !== text) await world.replace(file, text);
  }
}
