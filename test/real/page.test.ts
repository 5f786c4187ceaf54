// The live page in a real browser: Debian's Chromium, driven by playwright-core. Needs root for the package.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { until } from '../world.ts';
import {
  askAgain,
  green,
  headline,
  hostile,
  many,
  openPage,
  servedSite,
  useBrowser,
  violationsIn,
} from './page-site.ts';

const browser = useBrowser();

const fitsItsWidth = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth <= innerWidth');

describe('the live page in a browser', () => {
  test('shows the level, and axe finds nothing in either scheme and at any width', async (t) => {
    const { url, health } = await servedSite(t, green);
    const id = health().observations.find(({ check }) => check === 'filesystem-usage')?.id ?? '';
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1280, 768, 360]) {
        const address = `${url}#open=${encodeURIComponent(id)}`;
        const { page, wrong } = await openPage(t, browser(), address, {
          colorScheme,
          viewport: { width, height: 900 },
        });
        await page.waitForSelector('.runbook h3');
        assert.match((await headline(page)) ?? '', /^GREEN: nothing is wrong/);
        assert.match(await page.title(), /^GREEN · /);
        assert.equal(await page.getAttribute('#icon', 'href'), 'icons/green.svg');
        assert.match((await page.textContent('#wrong')) ?? '', /^Nothing/);
        assert.ok(await fitsItsWidth(page), `${width}`);
        assert.deepEqual(await violationsIn(page), [], `${colorScheme} ${width}`);
        assert.ok(await page.evaluate('document.fonts.check("700 16px Inter")'));
        assert.deepEqual(wrong, []);
      }
  });

  test('shows 300 checks, and a stream named as markup as text; asks nothing of elsewhere', async (t) => {
    const { url } = await servedSite(t, many());
    for (const colorScheme of ['light', 'dark'] as const)
      for (const width of [1280, 360]) {
        const { page, asked, wrong } = await openPage(t, browser(), url, {
          colorScheme,
          viewport: { width, height: 900 },
        });
        await page.waitForSelector('.card');
        assert.ok((await page.locator('#rows tr').count()) > 300);
        assert.equal(await page.locator('img').count(), 0);
        assert.ok((await page.textContent('#rows'))?.includes(hostile));
        assert.match((await page.textContent('#more')) ?? '', /^and \d+ more, below/);
        assert.ok(await fitsItsWidth(page));
        assert.deepEqual(await violationsIn(page), []);
        const elsewhere = asked.filter((address) => !address.startsWith(url));
        assert.deepEqual(elsewhere, []);
        assert.ok(asked.length > 5);
        assert.deepEqual(wrong, []);
      }
  });

  test('without history says so, and shows the verdict all the same', async (t) => {
    const { url } = await servedSite(t, green, ['collect-snapshot', 'assess-health', 'build-dashboard']);
    const { page, wrong } = await openPage(t, browser(), url);
    assert.match((await headline(page)) ?? '', /^GREEN/);
    assert.ok((await page.locator('#rows tr').count()) > 10);
    assert.deepEqual(wrong, []);
  });

  test('before the first snapshot and without any file says what is missing', async (t) => {
    const { url, state } = await servedSite(t, green);
    for (const name of ['raw', 'health', 'ops_monitor.zarr', 'page/trends.json'])
      rmSync(join(state, name), { recursive: true });
    const { page, wrong } = await openPage(t, browser(), url);
    assert.match((await headline(page)) ?? '', /^UNREADABLE: the present state is not known/);
    assert.match((await page.textContent('#reason')) ?? '', /^latest\.json: there is no latest\.json yet/);
    await until(async () => /No history yet/.test((await page.textContent('#strips')) ?? ''));
    assert.match((await page.textContent('#cards')) ?? '', /No history yet/);
    assert.deepEqual(await violationsIn(page), []);
    assert.deepEqual(wrong, []);
  });

  test('shows a new snapshot while it is open, and its icon follows', async (t) => {
    const { url, rewrite, run, snapshot } = await servedSite(t, green);
    const { page } = await openPage(t, browser(), url);
    const foot = (await page.textContent('#foot')) ?? '';
    assert.ok(foot.includes(snapshot().run_id));
    for (const stage of ['collect-snapshot', 'assess-health']) assert.equal(run(stage).status, 0);
    rewrite(many());
    await askAgain(page);
    await until(async () => (await page.title()).startsWith('RED · '));
    assert.equal(await page.getAttribute('#icon', 'href'), 'icons/red.svg');
    assert.ok(((await page.textContent('#foot')) ?? '').includes(snapshot().run_id));
    assert.notEqual(await page.textContent('#foot'), foot);
  });

  test('filters by keys and text, keeps the filters in the address, and opens an explanation in place', async (t) => {
    const { url } = await servedSite(t, many());
    const { page } = await openPage(t, browser(), url);
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

  test('is worked by keys alone: help, the commands that acknowledge and silence, never while typing', async (t) => {
    const { url } = await servedSite(t, many());
    const { page } = await openPage(t, browser(), url);
    await page.keyboard.press('?');
    assert.ok(await page.locator('#help').isVisible());
    assert.deepEqual(await violationsIn(page), []);
    await page.keyboard.press('Escape');
    assert.ok(!(await page.locator('#help').isVisible()));
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await until(async () => /ops-monitor ack /.test((await page.textContent('tr.details')) ?? ''));
    await page.keyboard.press('s');
    const focused = 'document.activeElement.closest(".command")?.textContent ?? ""';
    assert.match(await page.evaluate<string>(focused), /^ops-monitor silence .*copy$/);
    await page.keyboard.press('/');
    await page.keyboard.type('123?jk');
    assert.equal(await page.inputValue('#filters input'), '123?jk');
    assert.ok(!(await page.locator('#help').isVisible()));
  });

  test('a row that is focused stays focused when the page is drawn again', async (t) => {
    const { url, rewrite } = await servedSite(t, green);
    const { page } = await openPage(t, browser(), url);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent');
    const name = await focused();
    rewrite(many());
    await askAgain(page);
    await until(async () => (await page.title()).startsWith('RED'));
    assert.equal(await focused(), name);
  });

  test('a strip tells its runs by the arrow keys', async (t) => {
    const { url } = await servedSite(t);
    const { page } = await openPage(t, browser(), url);
    await page.locator('.strip svg').first().focus();
    assert.match((await page.textContent('#told')) ?? '', /^overall: (green|red|amber|unknown) from .* UTC/);
    await page.keyboard.press('ArrowLeft');
    assert.match((await page.textContent('#told')) ?? '', /^overall: no snapshot from/);
  });

  test('printed is light, has no filters, shows all checks and says how old the snapshot was', async (t) => {
    const { url } = await servedSite(t, many());
    const { page } = await openPage(t, browser(), `${url}#level=red`, { colorScheme: 'dark' });
    const all = (await page.locator('#rows tr').count()) * 2;
    await page.emulateMedia({ media: 'print' });
    await page.evaluate('dispatchEvent(new Event("beforeprint"))');
    assert.ok((await page.locator('#rows tr').count()) > all, 'on paper nobody sees the filters');
    assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)');
    assert.ok(!(await page.locator('#filters').isVisible()));
    assert.match(
      await page.innerText('#printed'),
      /^The snapshot of .* UTC was less than a minute old when this was printed, .* UTC\.$/,
    );
    await page.evaluate('dispatchEvent(new Event("afterprint"))');
    await page.emulateMedia({ media: 'screen' });
    assert.ok((await page.locator('#rows tr').count()) < all);
    assert.ok(!(await page.locator('#printed').isVisible()));
  });

  test('shows temperatures of a heartbeat that runs, and none of an old one', async (t) => {
    const { url, folder, state } = await servedSite(t, green);
    const beats = join(folder, 'run', 'ops-monitor', 'thermal', state);
    mkdirSync(beats, { recursive: true });
    const write = (at: Date): void => {
      const steady = { 'hwmon coretemp-0 Package id 0': { celsius: 51.5, since: at.toISOString() } };
      const beat = { schema_version: 1, at: at.toISOString(), steady, tracks: {}, disagreements: {}, quiet_until: {} };
      writeFileSync(join(beats, 'thermal_state.json'), JSON.stringify(beat));
    };
    write(new Date());
    const { page } = await openPage(t, browser(), url);
    await until(async () => /coretemp-0 Package id 0.*52 °C/.test((await page.textContent('#temperatures')) ?? ''));
    write(new Date(Date.now() - 3_600_000));
    await until(async () => {
      await askAgain(page);
      return /^unknown: the last heartbeat ran .* ago$/.test((await page.textContent('#beat-note')) ?? '');
    });
    assert.equal(await page.textContent('#temperatures'), '');
  });

  test('opened as a file, says what it cannot', async (t) => {
    const { state } = await servedSite(t);
    const address = pathToFileURL(join(state, 'page', 'index.html')).href;
    const { page } = await openPage(t, browser(), address);
    assert.match((await headline(page)) ?? '', /opened as a file/);
  });
});
