// What the live page costs the browser that shows it: bytes, and memory over a day. Its times: npm run bench:page.
import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { CDPSession } from 'playwright-core';
import { flatten } from '../../lib/archive/flatten.ts';
import { pagesOf } from '../../lib/commands/dashboard.ts';
import { checks, sections } from '../../lib/config/registry.ts';
import { dayStamp } from '../../lib/core/time.ts';
import { currentHealth } from '../../lib/health/current.ts';
import { monitorChecks } from '../../lib/health/monitor.ts';
import { resolvePlaces } from '../../lib/io/places.ts';
import { storeFiles } from '../../lib/io/store.ts';
import { buildDashboard } from '../../lib/page/build-dashboard.ts';
import { makeSite } from '../commands/site.ts';
import { configurationOf, placesIn, until, worldIn } from '../world.ts';
import { drawn, green, many, serveHere, servedSite, useBrowser } from './page-site.ts';

const browser = useBrowser();

describe('the cost of the live page', () => {
  test('is at most 120 kB over the wire without data, fonts included', async (t) => {
    const { url } = await servedSite(t, green);
    const context = await browser().newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    const names = new Map<string, string>();
    const bytes = new Map<string, number>();
    session.on('Network.responseReceived', ({ requestId, response }) => names.set(requestId, response.url));
    session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
      bytes.set(names.get(requestId) ?? '', encodedDataLength),
    );
    await page.goto(url);
    const data = /\/(latest|latest_health|trends|live)\.json$/;
    const own = () => [...bytes].filter(([name]) => !data.test(name));
    await until(() => own().filter(([name]) => name.endsWith('.woff2')).length === 2);
    const sum = own().reduce((total, [, size]) => total + size, 0);
    assert.ok(own().length >= 5 && sum > 20_000 && sum <= 120_000, JSON.stringify(own()));
    t.diagnostic(`${sum} bytes: ${JSON.stringify(own().map(([name, size]) => `${new URL(name).pathname} ${size}`))}`);
  });

  test('does not grow over a day: neither its memory nor its document', async (t) => {
    const { url, advance } = await simulatedSite(t);
    const context = await browser().newContext({ viewport: { width: 1280, height: 900 } });
    t.after(() => context.close());
    // The page's two timers run when the test says so; the time is the server's, as always.
    await context.addInitScript('window.timers = []; window.setInterval = (run) => window.timers.push(run);');
    const page = await context.newPage();
    await page.goto(url);
    await drawn(page);
    const session = await context.newCDPSession(page);
    const used: Record<number, { heap: number; nodes: number; listeners: number }> = {};
    for (let hour = 1; hour <= 24; hour++) {
      for (let step = 0; step < 120; step++) {
        await advance(30);
        const asked = page.waitForResponse((response) => response.url().endsWith('/live.json'));
        await page.evaluate('timers.forEach((run) => run())');
        await asked;
      }
      used[hour] = await usedBy(session);
    }
    assert.match(await page.title(), /^RED · /);
    assert.ok((await page.locator('#rows tr').count()) > 300);
    t.diagnostic(JSON.stringify(used));
    const [early, late] = [used[1], used[24]];
    assert.ok(early && late && late.heap <= early.heap * 1.1, JSON.stringify(used));
    assert.ok(late.nodes <= early.nodes * 1.1 && late.listeners <= early.listeners * 1.1, JSON.stringify(used));
  });
});

async function usedBy(session: CDPSession) {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize: heap } = await session.send('Runtime.getHeapUsage');
  const { nodes, jsEventListeners: listeners } = await session.send('Memory.getDOMCounters');
  return { heap, nodes, listeners };
}

/** A site with a day of history whose time passes as the test says: a snapshot every five minutes, trends every hour. */
async function simulatedSite(t: TestContext) {
  const site = makeSite(t);
  for (const stage of ['collect-snapshot', 'assess-health']) assert.equal(site.run(stage).status, 0, stage);
  const [snapshot, health] = [site.snapshot(), site.health()];
  const lineOf = (room: string, name: string) =>
    readFileSync(join(site.state, room, `${name}.jsonl`), 'utf8').trimEnd();
  const begin = Date.parse(snapshot.time_utc);
  const [raw, judged] = [
    lineOf('raw', `ops_monitor_${dayStamp(new Date(begin))}`),
    lineOf('health', `health_${dayStamp(new Date(begin))}`),
  ];
  let nowMs = begin;
  let round = 0;
  const addSample = (atMs: number): void => {
    const [time, stamp] = [new Date(atMs).toISOString(), dayStamp(new Date(atMs))];
    const run_id = (round += 1).toString(16).padStart(32, '0');
    const dated = (line: string) => ({ ...JSON.parse(line), run_id });
    const seen = { time_utc: time, snapshot_time_utc: time };
    appendFileSync(
      join(site.state, 'raw', `ops_monitor_${stamp}.jsonl`),
      `${JSON.stringify({ ...dated(raw), ...seen })}\n`,
    );
    appendFileSync(
      join(site.state, 'health', `health_${stamp}.jsonl`),
      `${JSON.stringify({ ...dated(judged), time })}\n`,
    );
    const changed = { ...many(round)(health), run_id, snapshot_time_utc: time, assessed_at: time };
    writeFileSync(join(site.state, 'raw', 'latest.json'), JSON.stringify({ ...snapshot, run_id, ...seen }));
    writeFileSync(join(site.state, 'health', 'latest_health.json'), JSON.stringify(changed));
  };
  const world = worldIn(site.folder, {
    at: new Date(begin),
    config: configurationOf(`site: ${snapshot.site}`),
    places: { ...placesIn(site.folder), ...resolvePlaces({ state: site.state }) },
    clock: { now: () => new Date(nowMs), monotonicMs: () => 0 },
  });
  const build = buildDashboard({ sections, checks, monitorChecks }, storeFiles, currentHealth, flatten);
  for (let back = 288; back > 0; back--) addSample(begin - back * 300_000);
  await build.run(world);
  const answer = pagesOf(world, () => 'default');
  const url = await serveHere(t, async (question, signal) => {
    const page = await answer(question, signal);
    return { ...page, headers: { ...page.headers, date: new Date(nowMs).toUTCString() } };
  });
  const advance = async (seconds: number): Promise<void> => {
    const before = nowMs;
    nowMs += seconds * 1000;
    const isNew = (everyMs: number): boolean => Math.floor(before / everyMs) !== Math.floor(nowMs / everyMs);
    if (isNew(300_000)) addSample(nowMs);
    if (isNew(3_600_000)) await build.run(world);
  };
  return { url, advance };
}
