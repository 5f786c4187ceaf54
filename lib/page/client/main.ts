// The live page: fetches the files every 30 seconds and draws what changed. The only place of the page that reads a clock.
import { fits, number, object } from '../../contract/shape.ts';
import { tallyOf } from '../../core/level.ts';
import { shortDuration } from '../../draw/words.ts';
import { type Trends, trendsFile, trendsVersion } from '../files.ts';
import { type Live, liveVersion } from '../live.ts';
import { drawCards } from './cards.ts';
import { byId, markOf, setChildren, setText } from './dom.ts';
import { filterBar, type Filters, readFilters, writeFilters } from './filters.ts';
import { joinTrends } from './join.ts';
import { listenToKeys } from './keys.ts';
import { fetchText, newSource, refresh } from './load.ts';
import { drawStrips } from './strips.ts';
import { drawTable } from './table.ts';
import { drawTemperatures } from './temperatures.ts';
import { countsOf, headlineOf, titleOf, type Verdict, verdictOf } from './verdict.ts';
import { minuteOf } from './words.ts';
import { drawWrong } from './wrong.ts';

const pollMs = 30_000;
const redrawMs = 5000;
const weekSeconds = 7 * 86_400;

const sources = { snapshot: newSource(), health: newSource(), trends: newSource(), live: newSource() };
let filters: Filters = readFilters(location.hash);
/** On paper nobody sees which filters were set. */
let isPrinted = false;
/** The server's clock minus this machine's: a wrong clock here must not make an old snapshot fresh. */
let clockAheadMs = 0;
const now = (): Date => new Date(Date.now() + clockAheadMs);

/** Resolves after the next frame is painted; a page in a background tab paints none, and its title must still tell the level. */
const framePainted = (): Promise<void> =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 250);
  });
const firstPaint = framePainted();

async function afterFrame(change: () => void): Promise<void> {
  await framePainted();
  change();
}

async function poll(): Promise<void> {
  const [time] = await Promise.all([
    refresh(sources.snapshot, 'latest.json'),
    refresh(sources.health, 'latest_health.json'),
    refresh(sources.trends, 'trends.json'),
    refresh(sources.live, 'live.json'),
  ]);
  if (time) clockAheadMs = time.getTime() - Date.now();
  await firstPaint;
  draw();
}

let joined: { readonly of: readonly unknown[]; readonly trends: Trends | undefined } | undefined;

/** Seven days are checked and joined when a file changed, not at every drawing. */
function trendsNow(live: Live | undefined): Trends | undefined {
  const { fetched } = sources.trends;
  if (joined?.of[0] !== fetched || joined.of[1] !== live) joined = { of: [fetched, live], trends: joinedTrends(live) };
  return joined.trends;
}

function joinedTrends(live: Live | undefined): Trends | undefined {
  const { fetched } = sources.trends;
  if (fetched.state !== 'read' || !trendsFile.schema || !fits(trendsFile.schema, fetched.content)) return undefined;
  if (fetched.content.schema_version !== trendsVersion) return undefined;
  return live ? joinTrends(fetched.content, live.recent) : fetched.content;
}

function liveNow(): Live | undefined {
  const { fetched } = sources.live;
  if (fetched.state !== 'read' || !fits(object({ schema_version: number }), fetched.content)) return undefined;
  return fetched.content.schema_version === liveVersion ? (fetched.content as unknown as Live) : undefined;
}

function draw(): void {
  const at = now();
  const live = liveNow();
  const shown = isPrinted ? { ...filters, level: '' as const, group: '', text: '' } : filters;
  const verdict = verdictOf({
    snapshot: sources.snapshot.fetched,
    health: sources.health.fetched,
    at,
    outdated: live?.outdated,
  });
  const { health, snapshot } = verdict;
  const known = { trends: trendsNow(live), live, at };
  const found = drawWrong(health, known, open);
  drawVerdict(verdict, found, live, at);
  // The strips move with the minute of the snapshot, not with the second.
  const end = Math.ceil(at.getTime() / 300_000) * 300;
  const span = { from: end - weekSeconds, to: end };
  const groups = [...new Set(Object.values(known.trends?.checks ?? {}))];
  const counts = health ? countsOf(health) : { green: 0, amber: 0, red: 0, unknown: 0 };
  bar.show(filters, counts, groups);
  drawTable({ observations: health?.observations ?? [], filters: shown, known, open, fetchText });
  // After the verdict is painted: strips and cards are most of the drawing.
  void afterFrame(() => {
    drawStrips(known.trends, span);
    drawCards(known.trends, span, snapshot, health);
    drawTemperatures(live?.temperatures, at);
  });
}

function drawVerdict(verdict: Verdict, found: number, live: Live | undefined, at: Date): void {
  const box = byId('verdict');
  const level = verdict.kind === 'level' ? verdict.level : undefined;
  box.className = `verdict ${level ?? (verdict.kind === 'waiting' ? 'waiting' : 'none')}`;
  setChildren(byId('shape'), level ?? verdict.kind, () => [markOf(level ?? 'stale')]);
  setText(byId('headline'), headlineOf(verdict, found));
  document.title = titleOf(verdict);
  const icon = `icons/${level ?? 'stale'}.svg`;
  if (byId('icon').getAttribute('href') !== icon) byId('icon').setAttribute('href', icon);
  const { health, snapshot } = verdict;
  const firing = live?.alerts.filter(({ phase }) => phase === 'firing') ?? [];
  const silenced = firing.filter(({ silenced_since }) => silenced_since !== undefined).length;
  const alerts = live
    ? ` · ${firing.length} ${firing.length === 1 ? 'alert' : 'alerts'} active, ${silenced} silenced`
    : '';
  const before = level === undefined && health ? 'then: ' : '';
  setText(byId('counts'), health ? `${before}${tallyOf(countsOf(health))}${alerts}` : '');
  const reason = 'reason' in verdict ? verdict.reason : verdict.kind === 'level' ? (verdict.note ?? '') : '';
  setText(byId('reason'), reason);
  byId('reason').hidden = reason === '';
  const asOf = level === undefined && snapshot ? ` as of ${minuteOf(snapshot.time_utc)}` : '';
  setText(byId('wrong-title'), level === undefined && health ? `What was wrong${asOf}` : 'What is wrong');
  setText(byId('cards-title'), `Trends of the last seven days${asOf === '' ? '' : `, values${asOf}`}`);
  byId('shown').className = verdict.kind === 'level' || verdict.kind === 'waiting' ? '' : 'old';
  if (!snapshot) {
    setText(byId('age'), '');
    setText(byId('printed'), 'No snapshot could be read when this was printed.');
    return setText(byId('times'), '');
  }
  const taken = new Date(snapshot.time_utc);
  const seconds = (at.getTime() - taken.getTime()) / 1000;
  const age = seconds < 60 ? 'less than a minute old' : `${shortDuration(seconds)} old`;
  setText(byId('age'), age);
  const here = Number.isNaN(taken.getTime()) ? '' : ` · ${taken.toTimeString().slice(0, 5)} here`;
  setText(byId('times'), `snapshot ${minuteOf(snapshot.time_utc)}${here}`);
  setText(
    byId('printed'),
    `The snapshot of ${minuteOf(snapshot.time_utc)} was ${age} when this was printed, ${minuteOf(at.toISOString())}.`,
  );
  setText(
    byId('foot'),
    `Observe-only: nothing is changed, and no automated healing action is taken. ops-monitor ${snapshot.product_version} on ${snapshot.hostname}; run ${snapshot.run_id}. Press ? for keys.`,
  );
}

function change(more: Partial<Filters>): void {
  filters = { ...filters, ...more };
  history.replaceState(null, '', `${location.pathname}${location.search}${writeFilters(filters)}`);
  draw();
}

/** Opens the explanation of a check, or closes it. */
function open(id: string): void {
  change({ open: filters.open === id ? '' : id });
  const row = document.querySelector(`tr[data-id="${CSS.escape(id)}"]`);
  if (filters.open === id) row?.scrollIntoView({ block: 'nearest' });
}

const bar = filterBar(change);

/** Not by the style sheet: the first paint would wait a frame for it. */
async function loadFonts(): Promise<void> {
  await firstPaint;
  for (const [name, weight] of Object.entries({ Regular: '400', Bold: '700' })) {
    const font = new FontFace('Inter', `url(fonts/Inter-${name}.woff2)`, { weight });
    // Without it the page has the reader's own font.
    void font.load().then(
      () => document.fonts.add(font),
      () => undefined,
    );
  }
}

function start(): void {
  byId('filters').append(...bar.element);
  if (location.protocol === 'file:') {
    setText(byId('headline'), 'UNREADABLE: opened as a file, this page cannot read the snapshot');
    setText(
      byId('reason'),
      'A browser lets no page read other files of this machine. `ops-monitor dashboard --open` serves it; health/latest_report.md says the same in words.',
    );
    byId('reason').hidden = false;
    byId('shown').hidden = true;
    byId('verdict').className = 'verdict none';
    return;
  }
  listenToKeys({ filters: () => filters, change, focusText: bar.focus, open });
  window.addEventListener('hashchange', () => {
    filters = readFilters(location.hash);
    draw();
  });
  for (const kind of ['beforeprint', 'afterprint'] as const)
    window.addEventListener(kind, () => {
      isPrinted = kind === 'beforeprint';
      draw();
    });
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void poll();
  });
  setInterval(() => {
    if (!document.hidden) void poll();
  }, pollMs);
  setInterval(() => {
    if (!document.hidden) draw();
  }, redrawMs);
  void poll();
  void loadFonts();
}

start();
