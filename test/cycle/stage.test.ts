// What the engine makes of a stage's run: its record, and an end to what it may write.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { Configuration } from '../../lib/config/schema.ts';
import { defineFile } from '../../lib/contract/file.ts';
import { defineStage, type Stage } from '../../lib/contract/stage.ts';
import { runStage } from '../../lib/cycle/stage.ts';
import { configurationOf, placesIn, readText, temporaryFolder } from '../world.ts';

const page = defineFile<string>({
  summary: 'a page',
  format: 'md',
  path: ({ state }) => join(state, 'page.md'),
  mode: 0o644,
});

const stageOf = (name: string, run: Stage<Configuration>['run']): Stage<Configuration> =>
  defineStage({ name, summary: 's', reads: [], writes: [page], deadlineMs: 200, run });

function siteIn(t: TestContext) {
  const places = placesIn(temporaryFolder(t));
  return {
    page: () => readText(join(places.state, 'page.md')),
    recordPath: (name: string) => join(places.state, 'stages', `${name}.json`),
    run: (stage: Stage<Configuration>) => runStage(stage, { config: configurationOf(''), places, options: {} }),
  };
}

test('a stage whose deadline has passed writes nothing beside the next one, once its record is written', async (t) => {
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
  const next = stageOf('next', async (world) => {
    await world.replace(page, 'of the next one');
    return { counts: {}, problems: [] };
  });
  assert.equal((await site.run(next)).record.outcome, 'ok');
  waking.resolve();
  assert.match(String(await tried.promise), /nothing is written any more/);
  assert.equal(site.page(), 'of the next one');
});
