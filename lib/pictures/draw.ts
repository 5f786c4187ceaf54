// draw-quicklooks: draws the archive as pictures: of each UTC day, and of the last 7 and 30 days.
import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { events, type LoggedEvent } from '../alerts/files.ts';
import { archive } from '../archive/files.ts';
import { Usage } from '../contract/errors.ts';
import type { Policy } from '../contract/policy.ts';
import type { GroupSources } from '../contract/groups.ts';
import { defineStage, type World } from '../contract/stage.ts';
import type { StoreFiles } from '../contract/store.ts';
import { counted } from '../core/text.ts';
import { dayMs, daysBefore, hourMs, parseInstant, startOfUtcDay } from '../core/time.ts';
import { episodesOf } from './alerts.ts';
import { completeMark, composePicture } from './picture.ts';
import { type PictureFiles, pictures, type Span, spans } from './files.ts';
import { firstTime, type History, openHistory, partOf } from './history.ts';
import { panelsOf, stripsOf } from './panels.ts';

export interface QuicklookConfig {
  readonly site: string;
  /** Seconds. */
  readonly interval: number;
  readonly limits: Readonly<Record<string, unknown>>;
}

export interface QuicklookTools {
  readonly registry: GroupSources;
  readonly policies: readonly Pick<Policy, 'name' | 'of'>[];
  readonly files: StoreFiles;
  /** SVG → PNG. Loaded on demand: a run that has nothing to draw does not need it. */
  readonly renderPng: () => Promise<(svg: string) => Uint8Array>;
  readonly onProgress?: (done: number, all: number) => void;
}

/** Days that ended while nothing could be drawn are drawn later, at most this many. */
const mostDaysLate = 7;

/** Days of history that are read at a time: enough for the longest picture. */
const mostDays = spans['30d'] + 1;

/** A picture to draw: it begins at `from` and is filed under that day. */
interface Job {
  readonly files: PictureFiles;
  readonly from: number;
  readonly to: number;
}

export const drawQuicklooks = (tools: QuicklookTools) =>
  defineStage<QuicklookConfig>({
    name: 'draw-quicklooks',
    summary: 'draws pictures of the archive: of each day, and of the last 7 and 30 days',
    reads: [archive, events],
    writes: pictures.flatMap(({ svg, png }) => [svg, png]),
    runsEvery: 'hourly',
    deadlineMs: 600_000,
    options: {
      from: { type: 'string', value: 'DAY', summary: 'draw the days from this UTC day on again (2026-10-01)' },
      to: { type: 'string', value: 'DAY', summary: 'until this UTC day (default: the day of --from)' },
    },

    async run(world) {
      const path = archive.path(world.places, world.now());
      if (tools.files.size(path) === undefined)
        return { counts: { pictures: 0 }, problems: [], text: 'there is no archive to draw yet' };
      const first = firstTime(tools.files, path);
      const jobs = (await jobsOf(world)).filter(({ to }) => to > first);
      if (world.options['dry-run'] === true)
        return {
          counts: { pictures: jobs.length },
          problems: [],
          text: `would draw ${counted(jobs.length, 'picture')}`,
        };
      const logged = [...readEvents(world)];
      const renderPng = await tools.renderPng();
      // A year of days must not lie in memory together.
      let history: { readonly from: number; readonly to: number; readonly all: History } | undefined;
      for (const [index, job] of jobs.entries()) {
        tools.onProgress?.(index, jobs.length);
        if (!history || job.from < history.from || job.to > history.to) {
          const to = Math.min(Math.max(...jobs.map((one) => one.to)), job.from + mostDays * dayMs);
          history = { from: job.from, to, all: openHistory(tools.files, path, job.from, to) };
        }
        const svg = drawOne(tools, world, job, history.all, logged);
        const at = new Date(job.from);
        await world.replace(job.files.png, renderPng(svg), at);
        await world.replace(job.files.svg, svg, at);
        // Pixels of drawn pictures are freed, and signals handled, between two turns of the event loop only: without one, the
        // pictures of a month took 940 MB in place of 270.
        await turnOfEventLoop();
      }
      tools.onProgress?.(jobs.length, jobs.length);
      return { counts: { pictures: jobs.length }, problems: [], text: `${counted(jobs.length, 'picture')} drawn` };
    },
  });

function drawOne(
  { registry, policies }: QuicklookTools,
  world: World<QuicklookConfig>,
  { files, from, to }: Job,
  all: History,
  logged: readonly LoggedEvent[],
): string {
  const { config, hostname, product } = world;
  const now = world.now().getTime();
  const history = partOf(all, from, to);
  const source = { registry, config, history };
  const newest = all.times.at(-1) ?? 0;
  const until = Math.min(now, Math.max(newest + config.interval * 1000, now - dayMs));
  return composePicture({
    title: files.name === 'ops_summary' ? `${config.site}: operations` : `${config.site}: housekeeping`,
    from,
    to,
    until,
    intervalMs: config.interval * 1000,
    times: history.times,
    strips: stripsOf(source),
    panels: panelsOf(source, files.name === 'ops_summary'),
    episodes: episodesOf(logged, policies, { from, to: Math.min(to, now) }),
    by: `ops-monitor ${product.version} on ${hostname}`,
    drawnAt: world.now(),
    isComplete: files.span === 'day' && (newest >= to || now >= to + dayMs),
  });
}

/** Lines that cannot be read are skipped: send-alerts reports them. */
function* readEvents(world: World<QuicklookConfig>): Iterable<LoggedEvent> {
  for (const line of world.scan(events, 'start')) {
    if (!/"kind":"(?:firing|recovered|vanished)"/.test(line.text)) continue;
    try {
      yield line.parse();
    } catch {
      continue;
    }
  }
}

async function jobsOf(world: World<QuicklookConfig>): Promise<Job[]> {
  const today = startOfUtcDay(world.now());
  const range = rangeAsked(world.options);
  if (range) return range.flatMap((day) => jobsOfDay(day));
  const late = Array.from({ length: mostDaysLate }, (_, index) => daysBefore(today, mostDaysLate - index));
  const unfinished: Date[] = [];
  for (const day of late) if (!(await isComplete(world, day))) unfinished.push(day);
  const rolling = pictures
    .filter((files) => files.span !== 'day' && isDue(world, files))
    .map((files) => jobOf(files, today));
  // The longest first: the history that is read for it serves all others.
  return [...rolling, ...[...unfinished, today].flatMap((day) => jobsOfDay(day))].sort((a, b) => a.from - b.from);
}

const jobsOfDay = (day: Date): Job[] => pictures.filter(({ span }) => span === 'day').map((files) => jobOf(files, day));

function jobOf(files: PictureFiles, lastDay: Date): Job {
  const to = lastDay.getTime() + dayMs;
  return { files, from: to - daysIn(files.span) * dayMs, to };
}

/** An hour adds one pixel to a month: its pictures are drawn every sixth hour. Drawn every hour, they would write 43 MB a day in
 * place of 7, and take half of the stage's time. */
function isDue(world: World<QuicklookConfig>, { span, svg, png }: PictureFiles): boolean {
  const now = world.now();
  const isYoung = (drawn: Date | undefined): boolean => {
    const age = drawn ? now.getTime() - drawn.getTime() : Infinity;
    return age >= 0 && age < monthMs;
  };
  return span !== '30d' || !isYoung(world.modifiedAt(svg, now)) || !isYoung(world.modifiedAt(png, now));
}

/** Less than six hours, because a timer is never exact. */
const monthMs = 5.5 * hourMs;

const daysIn = (span: Span): number => spans[span];

async function isComplete(world: World<QuicklookConfig>, day: Date): Promise<boolean> {
  for (const { span, svg, png } of pictures) {
    if (span !== 'day') continue;
    const found = await world.read(svg, day).catch(() => undefined);
    if (!found?.slice(0, 500).includes(completeMark) || !world.modifiedAt(png, day)) return false;
  }
  return true;
}

/** The UTC days of `--from` to `--to`; undefined without them. */
function rangeAsked({ from, to }: World<unknown>['options']): Date[] | undefined {
  if (from === undefined && to === undefined) return undefined;
  if (from === undefined) throw new Usage('--to needs --from');
  const dayOf = (option: string, text: unknown): Date => {
    const at = parseInstant(String(text));
    if (!at) throw new Usage(`${option}: expected a day, such as 2026-10-01; got ${JSON.stringify(text)}`);
    return startOfUtcDay(at);
  };
  const first = dayOf('--from', from);
  const last = to === undefined ? first : dayOf('--to', to);
  const days = Math.round((last.getTime() - first.getTime()) / dayMs) + 1;
  if (days < 1) throw new Usage('--to lies before --from');
  return Array.from({ length: days }, (_, index) => new Date(first.getTime() + index * dayMs));
}
