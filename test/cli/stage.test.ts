// The record of a stage’s run, and the end of its right to write.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import type { Configuration } from '../../lib/config/schema.ts';
import { defineFile } from '../../lib/contract/file.ts';
import { defineStage, type Stage } from '../../lib/contract/stage.ts';
import { runStage } from '../../lib/cli/stage.ts';
import { configurationOf, placesIn, readText, temporaryFolder } from '../world.ts';

const page = defineFile<string>({
  summary: 'a page',
  format: 'md',
  path: ({ state }) => join(state, 'page.md'),
  mode: 0o644,
});

const stageOf = (name: string, run: Stage<Configuration>['run']): Stage<Configuration> =>
  defineStage({ name, summary: 's', reads: [], writes: [page], deadlineMs: 200, run });

const writesPage =
  (text: string): Stage<Configuration>['run'] =>
  async (world) => {
    await world.replace(page, text);
    return { counts: {}, problems: [] };
  };

function siteIn(t: TestContext) {
  const places = placesIn(temporaryFolder(t));
  return {
    places,
    page: () => readText(join(places.state, 'page.md')),
    recordPath: (name: string) => join(places.state, 'stages', `${name}.json`),
    run: (stage: Stage<Configuration>) => runStage(stage, { config: configurationOf(''), places, options: {} }),
  };
}

describe('cli/stage', () => {
  test('a stage past its deadline writes nothing more once its record is written', async (t) => {
    const site = siteIn(t);
    const waking = Promise.withResolvers<void>();
    const tried = Promise.withResolvers<unknown>();
    const late = stageOf('late', async (world) => {
      await waking.promise;
      await world.replace(page, 'of the late one').then(tried.resolve, tried.resolve);
      return { counts: {}, problems: [] };
    });
    const { record } = await site.run(late);
    assert.deepEqual([record.outcome, record.problems], ['failed', ['late did not answer within 200ms']]);
    assert.deepEqual(JSON.parse(readText(site.recordPath('late'))), record);
    assert.equal((await site.run(stageOf('next', writesPage('of the next one')))).record.outcome, 'ok');
    waking.resolve();
    assert.match(String(await tried.promise), /nothing is written any more/);
    assert.equal(site.page(), 'of the next one');
  });

  test('a stage whose record cannot be written counts as failed', async (t) => {
    const site = siteIn(t);
    mkdirSync(site.places.state);
    writeFileSync(join(site.places.state, 'stages'), 'no folder');
    const { record, outcome } = await site.run(stageOf('good', writesPage('of the good one')));
    assert.deepEqual([record.outcome, record.exit_code], ['failed', 1]);
    assert.match(record.problems.join(), /^its record: writing .*stages\/good\.json failed: (ENOTDIR|EEXIST)/);
    assert.ok(outcome, 'the outcome is lost');
    assert.equal(site.page(), 'of the good one');
  });

  test('under umask 027 other users can still read the files, but not the locks', async (t) => {
    const site = siteIn(t);
    const before = process.umask(0o027);
    await site.run(stageOf('good', writesPage('for all'))).finally(() => process.umask(before));
    const modes = Object.fromEntries(
      readdirSync(site.places.state, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => [name, (statSync(join(site.places.state, name)).mode & 0o777).toString(8)]),
    );
    assert.deepEqual(modes, { locks: '700', stages: '755' });
    assert.equal(statSync(site.places.state).mode & 0o777, 0o755);
  });
});
