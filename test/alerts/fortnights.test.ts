// Fortnights by chance, without kills (kill.test.ts has some): see fortnight-run.ts. `npm test` tries a few, `npm run test:real` 300.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { isWhole, randomOf, seedOf } from '../chance.ts';
import { drawFortnight } from './fortnight.ts';
import { describeDifference, differenceOf } from './fortnight-run.ts';

describe('fortnights by chance', () => {
  test('send-alerts writes the mails that the model writes, and delivers them', async (t) => {
    const seed = seedOf(t);
    const most = Number(process.env['FORTNIGHTS'] ?? (isWhole ? 300 : 12));
    let runs = 0;
    for (let number = 0; number < most; number++) {
      const fortnight = drawFortnight(randomOf(seed + number * 7919));
      runs += fortnight.runs.length;
      const found = await differenceOf(fortnight);
      if (found) assert.fail(`fortnight ${number} of SEED=${seed}, ${await describeDifference(found, fortnight)}`);
    }
    t.diagnostic(`${most} fortnights, ${runs} runs`);
  });
});
