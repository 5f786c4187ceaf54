// Runs simulated days through the real stages: the levels as faults come and go, and identical files in each run.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe } from 'node:test';
import { simulateDays } from '../../lib/demo/days.ts';
import { faults, monthStart } from '../../lib/demo/faults.ts';
import { streams } from '../../lib/demo/layout.ts';
import { type Levels, renderSightings, watchFaults } from '../../lib/demo/sightings.ts';
import { filesOf, hour, minute } from '../../lib/demo/scenario.ts';
import { readText, temporaryFolder } from '../world.ts';

async function play(folder: string, cycles: number) {
  const seen: { at: number; levels: Levels }[] = [];
  for await (const { at, health } of simulateDays(folder, cycles))
    seen.push({ at, levels: Object.fromEntries(health.observations.map(({ id, level }) => [id, level])) });
  return seen;
}

const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

describe('simulated days', () => {
  test('a stopped stream turns red after its window and green with its next file; two runs write the same bytes', async (t) => {
    const [one, other] = [temporaryFolder(t), temporaryFolder(t)];
    const cycles = 13 * 12;
    const seen = await play(one, cycles);

    const fault = faults.find(({ subject }) => subject === 'mrr');
    assert.ok(fault);
    const mrr = streams.find(({ name }) => name === 'mrr') ?? assert.fail();
    const last = filesOf(mrr, 'source', monthStart, fault.begins).at(-1)?.written ?? assert.fail();
    for (const { at, levels } of seen) {
      const red: boolean = at > last + 1.5 * hour && at < fault.ends + 5 * minute;
      assert.equal(levels['stream-age:mrr'], red ? 'red' : 'green', new Date(at).toISOString());
      assert.equal(levels['stream-age:hatpro'], 'green');
      assert.equal(levels['filesystem-usage:data'], 'green');
    }
    const { levels } = seen.at(-1) ?? assert.fail('there was no cycle');
    const wrong = Object.entries(levels).filter(([, level]) => level !== 'green');
    assert.deepEqual(wrong, [], 'all is green again');
    assert.ok(Object.keys(levels).length > 130);

    await play(other, cycles);
    assert.deepEqual(files(one), files(other));
    assert.ok(files(one).length >= 10);
    // assert.ok, because assert.equal would print the whole files.
    for (const file of files(one)) assert.ok(readText(join(one, file)) === readText(join(other, file)), file);
  });
});

describe('sightings', () => {
  test('a fault is seen, missed, still there or not judged', () => {
    const [fault] = faults;
    assert.ok(fault);
    const outcome = (until: number, names: readonly string[], ...looks: [at: number, level: 'green' | 'red'][]) => {
      const watch = watchFaults([fault], new Set(names));
      for (const [at, level] of looks) watch.addCycle(at, { 'stream-age:mrr': level });
      return watch.sightings(until)[0];
    };
    const known = ['stream-age'];
    const [during, after] = [fault.begins + hour, fault.ends + hour];
    const end = fault.ends + 3 * hour;
    const good = outcome(end, known, [fault.begins - 1, 'red'], [during, 'red'], [after, 'green']);
    assert.equal(good?.outcome, 'seen');
    assert.equal(good.firstSeen, during);
    assert.equal(good.greenAgain, after);
    assert.equal(outcome(end, known, [during, 'green'], [after, 'green'])?.outcome, 'missed', 'never detected');
    assert.equal(outcome(end, known, [during, 'red'], [after, 'red'])?.outcome, 'missed', 'never green again');
    assert.equal(outcome(during + 1, known, [during, 'red'])?.outcome, 'still there');
    assert.equal(outcome(end, [], [during, 'red'])?.outcome, 'not judged');
    assert.equal(outcome(fault.begins - 1, known), undefined, 'it has not begun');
    assert.match(
      renderSightings([good]),
      /mrr writes nothing +10-01 06:00 +10-01 07:00 +red +10-01 12:00 +10-01 13:00/,
    );
  });
});
