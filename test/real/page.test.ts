// The live page in a real browser: Debian's Chromium, driven by playwright-core. Needs root for the package.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after, before, describe, type TestContext } from 'node:test';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Health } from '../../lib/health/files.ts';
import { makeSite } from '../commands/site.ts';
import { root } from '../process.ts';
import { until } from '../world.ts';
import { installPackages } from './packages.ts';

const hostile = '<img src=x onerror=alert(1)>';

let browser: Browser;
before(async () => {
  installPackages('chromium');
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
after(() => browser.close());

type Change = (health: Health) => object;

/** A site whose page is served; `change` rewrites the assessment before the page reads it. */
async function servedSite(t: TestContext, change: Change = (health) => health) {
  const site = makeSite(t);
  for (const stage of ['collect-snapshot', 'assess-health', 'append-zarr', 'build-dashboard'])
    assert.equal(site.run(stage).status, 0, stage);
  const path = join(site.state, 'health', 'latest_health.json');
  const rewrite = (by: Change): void => writeFileSync(path, JSON.stringify(by(site.health())));
  rewrite(change);
  const child = spawn(process.execPath, [join(root, 'dist', 'dashboard.cjs'), '--port', '0'], {
    env: site.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill());
  const [said] = await once(child.stdout.setEncoding('utf8'), 'data');
  const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(String(said))?.[0] ?? assert.fail(String(said));
  return { ...site, url, rewrite, child };
}

async function open(
  t: TestContext,
  url: string,
  { width = 1280, colorScheme }: { width?: number; colorScheme?: 'light' | 'dark' } = {},
) {
  const viewport = { width, height: 900 };
  const context = await browser.newContext({ viewport, ...(colorScheme ? { colorScheme } : {}) });
  t.after(() => context.close());
  const page = await context.newPage();
  const [asked, wrong]: [string[], string[]] = [[], []];
  page.on('request', (request) => asked.push(request.url()));
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('dialog', (dialog) => wrong.push(`a dialog: ${dialog.message()}`));
  await page.goto(url);
  // Not by waitForFunction, whose eval the page's policy refuses.
  await until(async () => (await page.locator('.waiting').count()) === 0);
  return { page, asked, wrong };
}

const headline = (page: Page): Promise<string | null> => page.textContent('#headline');

const green: Change = (health) => ({
  ...health,
  observations: health.observations.map((one) => ({ ...one, level: 'green' })),
});
/** 300 checks and 40 streams, with names that are markup and a level of each kind. */
const many: Change = (health) => {
  const [pattern] = health.observations;
  const more = Array.from({ length: 300 }, (_, index) => ({
    ...pattern,
    id: `stream-age:${index < 40 ? hostile : 's'}${index}`,
    check: 'stream-age',
    level: (['red', 'amber', 'unknown', 'green'] as const)[index % 4],
    message: `${hostile} is ${index} old`,
  }));
  return { ...health, observations: [...health.observations, ...more] };
};

describe('the live page in a browser', () => {
  test('shows the level, and axe finds nothing in either scheme and at any width', async (t) => {
    const { url, health } = await servedSite(t, green);
    const id = health().observations.find(({ check }) => check === 'filesystem-usage')?.id ?? '';
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1280, 768, 360]) {
        const { page, wrong } = await open(t, `${url}#open=${encodeURIComponent(id)}`, { colorScheme, width });
        await page.waitForSelector('.runbook h3');
        assert.match((await headline(page)) ?? '', /^GREEN: nothing is wrong/);
        assert.match(await page.title(), /^GREEN · /);
        assert.ok(await page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth'), `${width}`);
        const found = await page.evaluate<{ violations: { id: string }[] }>(`${axe.source}; axe.run()`);
        assert.deepEqual(
          found.violations.map(({ id }) => id),
          [],
          `${colorScheme} ${width}`,
        );
        assert.deepEqual(wrong, []);
      }
  });

  test('asks nothing of elsewhere, and shows hostile names of 300 checks as text', async (t) => {
    const { url } = await servedSite(t, many);
    const { page, asked, wrong } = await open(t, url);
    assert.ok((await page.locator('#rows tr').count()) > 300);
    assert.equal(await page.locator('img').count(), 0);
    assert.ok((await page.textContent('#rows'))?.includes(hostile));
    assert.deepEqual(
      asked.filter((address) => !address.startsWith(url)),
      [],
    );
    assert.ok(asked.length > 5);
    assert.deepEqual(wrong, []);
  });

  test('filters by keys and text, keeps the filters in the address, and opens an explanation in place', async (t) => {
    const { url } = await servedSite(t, many);
    const { page } = await open(t, url);
    await page.keyboard.press('1');
    assert.equal(await page.locator('#rows tr[data-level]:not([data-level=red])').count(), 0);
    await page.keyboard.press('/');
    await page.keyboard.type('s296 ');
    await page.keyboard.press('Backspace');
    assert.equal(await page.locator('#rows tr').count(), 1);
    assert.match(page.url(), /#level=red&text=s296$/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.runbook h3');
    await until(async () => /ops-monitor ack .* --reason/.test((await page.textContent('tr.details')) ?? ''));
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('tr.details').count(), 0);
    await page.reload();
    assert.equal(new URL(page.url()).hash, '', 'Escape cleared the filters');
  });

  test('a row that is focused stays focused when the page is drawn again', async (t) => {
    const { url, rewrite } = await servedSite(t, green);
    const { page } = await open(t, url);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent');
    const name = await focused();
    rewrite(many);
    await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
    await until(async () => (await page.title()).startsWith('RED'));
    assert.equal(await focused(), name);
  });

  test('says in place of a level what is wrong with a file', async (t) => {
    const { url, state, rewrite, health, child } = await servedSite(t, green);
    const { page } = await open(t, url);
    const latest = join(state, 'raw', 'latest.json');
    const good = readFileSync(latest, 'utf8');
    const says = async (word: RegExp): Promise<void> => {
      await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
      await until(async () => word.test(`${await headline(page)} ${await page.textContent('#reason')}`));
      assert.equal(await page.locator('.verdict.green').count(), 0);
    };
    writeFileSync(latest, good.slice(0, -50));
    await says(/^UNREADABLE.*latest\.json: it is not JSON, or cut off/);
    writeFileSync(latest, '["foreign"]');
    await says(/^UNREADABLE.*not as expected/);
    writeFileSync(latest, JSON.stringify({ ...JSON.parse(good), schema_version: 99 }));
    await says(/^OTHER SCHEMA.*layout 99/);
    writeFileSync(latest, JSON.stringify({ ...JSON.parse(good), time_utc: '2026-01-01T00:00:00.000000Z' }));
    await says(/^STALE.*old \(at most 15m\)/);
    writeFileSync(latest, good);
    rewrite(() => ({ ...health(), site: 'luna' }));
    await says(/^NOT JUDGED.*site luna/);
    child.kill();
    await once(child, 'exit');
    await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
    await says(/^UNREADABLE.*could not be fetched/);
  });

  test('opened as a file, says what it cannot', async (t) => {
    const { state } = await servedSite(t);
    const { page } = await open(t, pathToFileURL(join(state, 'page', 'index.html')).href);
    assert.match((await headline(page)) ?? '', /opened as a file/);
  });

  test('a strip tells its runs by the arrow keys', async (t) => {
    const { url } = await servedSite(t);
    const { page } = await open(t, url);
    await page.locator('.strip svg').first().focus();
    assert.match((await page.textContent('#told')) ?? '', /^overall: (green|red|amber|unknown) from .* UTC/);
    await page.keyboard.press('ArrowLeft');
    assert.match((await page.textContent('#told')) ?? '', /^overall: no snapshot from/);
  });
});
