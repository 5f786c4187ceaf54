// What the live page shows in place of a level, when a file is stale, missing, damaged or of somebody else.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { until } from '../world.ts';
import { askAgain, green, headline, openPage, servedSite, useBrowser, violationsIn } from './page-site.ts';

const browser = useBrowser();
const other = 'f'.repeat(32);

describe('the live page, when a file cannot be believed', () => {
  test('says in place of a level what is wrong, and shows the level again when the file is good', async (t) => {
    const { url, state } = await servedSite(t, green);
    const { page, wrong } = await openPage(t, browser(), url);
    const paths = { snapshot: join(state, 'raw', 'latest.json'), health: join(state, 'health', 'latest_health.json') };
    const good = { snapshot: readFileSync(paths.snapshot, 'utf8'), health: readFileSync(paths.health, 'utf8') };
    const changed = (file: keyof typeof good, more: object) => JSON.stringify({ ...JSON.parse(good[file]), ...more });
    const old = { time_utc: '2026-01-01T00:00:00.000000Z' };
    const cases: [file: keyof typeof good, content: string | undefined, says: RegExp][] = [
      ['snapshot', good.snapshot.slice(0, -50), /^UNREADABLE.*latest\.json: it is not JSON, or cut off/],
      ['snapshot', '', /^UNREADABLE.*latest\.json: it is not JSON, or cut off \(0 characters\)/],
      ['snapshot', '<html>', /^UNREADABLE.*latest\.json: it is not JSON/],
      ['snapshot', '["foreign"]', /^UNREADABLE.*latest\.json is not as expected/],
      ['snapshot', undefined, /^UNREADABLE.*latest\.json: there is no latest\.json yet/],
      ['snapshot', changed('snapshot', { schema_version: 99 }), /^OTHER SCHEMA.*latest\.json has layout 99/],
      ['snapshot', changed('snapshot', old), /^STALE.*old \(at most 15m\)/],
      ['snapshot', changed('snapshot', { time_utc: '2999-01-01T00:00:00Z' }), /^STALE.*from the future/],
      ['snapshot', changed('snapshot', { site: 'luna' }), /^NOT JUDGED.*the snapshot is of luna/],
      ['health', good.health.slice(0, -50), /^UNREADABLE.*latest_health\.json: it is not JSON, or cut off/],
      ['health', undefined, /^UNREADABLE.*latest_health\.json: there is no latest_health\.json yet/],
      ['health', changed('health', { schema_version: 2 }), /^OTHER SCHEMA.*latest_health\.json has layout 2/],
      ['health', changed('health', { observations: [{ level: 'blue' }] }), /^UNREADABLE.*observations\.0/],
      ['health', changed('health', { site: 'luna' }), /^NOT JUDGED.*levels are of the site luna/],
    ];
    const shown = async () => `${await headline(page)} ${await page.textContent('#reason')}`;
    for (const [file, content, says] of cases) {
      if (content === undefined) rmSync(paths[file]);
      else writeFileSync(paths[file], content);
      await until(async () => {
        await askAgain(page);
        return says.test(await shown());
      });
      assert.equal(await page.locator('.verdict:is(.green, .amber, .red, .unknown)').count(), 0);
      assert.doesNotMatch(await page.title(), /GREEN|AMBER|RED ·/);
      assert.equal(await page.getAttribute('#icon', 'href'), 'icons/stale.svg');
      assert.equal(await page.getAttribute('#shown', 'class'), 'old', 'what was true then is dimmed');
      if (says.source.startsWith('^STALE')) assert.deepEqual(await violationsIn(page), []);
      writeFileSync(paths[file], good[file]);
      await until(async () => {
        await askAgain(page);
        return (await shown()).startsWith('GREEN');
      });
    }
    assert.deepEqual(wrong, []);
  });

  test('calls out levels of another snapshot: at once beside the level, later in its place', async (t) => {
    const { url, state, rewrite, health } = await servedSite(t, green);
    const before = new Date(Date.now() - 300_000).toISOString();
    rewrite(() => ({ ...health(), run_id: other, snapshot_time_utc: before }));
    const { page } = await openPage(t, browser(), url);
    assert.ok((await page.textContent('#reason'))?.startsWith(`the levels are of another snapshot, that of ${before}`));
    const path = join(state, 'raw', 'latest.json');
    const earlier = { time_utc: new Date(Date.now() - 120_000).toISOString() };
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...earlier }));
    await until(async () => {
      await askAgain(page);
      return (await headline(page))?.startsWith('NOT JUDGED') === true;
    });
  });

  test('damaged trends are no history, and cost nothing else', async (t) => {
    const { url, state } = await servedSite(t, green);
    const path = join(state, 'page', 'trends.json');
    for (const content of ['{"schema_version":1}', 'cut of', '{"schema_version":99}']) {
      writeFileSync(`${path}.new`, content);
      renameSync(`${path}.new`, path);
      const { page, wrong } = await openPage(t, browser(), url);
      assert.match((await headline(page)) ?? '', /^GREEN/);
      await until(async () => /No history yet/.test((await page.textContent('#strips')) ?? ''));
      assert.deepEqual(wrong, []);
    }
  });

  test('says that the server is gone after two failures', async (t) => {
    const { url, child } = await servedSite(t, green);
    const { page } = await openPage(t, browser(), url);
    child.kill();
    await once(child, 'exit');
    await askAgain(page);
    await askAgain(page);
    await until(async () =>
      /^UNREADABLE.*could not be fetched/.test(`${await headline(page)} ${await page.textContent('#reason')}`),
    );
  });
});
