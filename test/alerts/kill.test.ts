// Fortnights by chance in which runs of send-alerts are killed at changes of the disk, and started again: no mail is lost, and
// a mail arrives twice only where a server had just accepted it, with the same Message-ID. `npm test` kills 60 runs, `npm run
// test:real` 1,000. kill -9 of real processes: test/real/alerts-kill.test.ts.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { isWhole, randomOf, seedOf } from '../chance.ts';
import { drawFortnight } from './fortnight.ts';
import { describeDifference, differenceOf, type Kill } from './fortnight-run.ts';

/** A run that writes mails makes about this many changes of the disk. */
const usualChanges = 40;

describe('fortnights with kills', () => {
  test('send-alerts loses no mail, and sends none twice that was recorded as sent', async (t) => {
    const seed = seedOf(t);
    const most = isWhole ? 1000 : 60;
    const tally = { killed: 0, twice: 0 };
    for (let number = 0; tally.killed < most; number++) {
      const fortnight = drawFortnight(randomOf(seed + number * 7919));
      /** The same for the same minute, whatever else happens: a shortened fortnight is killed at the same places. */
      const kills = (at: number): readonly Kill[] => {
        const random = randomOf(seed + number * 7919 + at);
        random();
        return Array.from({ length: Math.floor(random() * 3) }, () => ({
          at: random() < 0.2 ? 'answer' : 1 + Math.floor(random() * usualChanges),
          phase: ['before', 'in', 'after'][Math.floor(random() * 3)] ?? 'before',
        }));
      };
      const found = await differenceOf(fortnight, kills, tally);
      if (found)
        assert.fail(`fortnight ${number} of SEED=${seed}, ${await describeDifference(found, fortnight, kills)}`);
    }
    t.diagnostic(`${tally.killed} runs killed: lost 0, twice ${tally.twice}`);
    assert.ok(tally.twice > 0, 'no run was killed between the acceptance of a mail and its record');
  });
});
