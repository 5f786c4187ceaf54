// Kill points and kill moments by chance. `npm test` tries a sample of the points, `npm run test:real` all of them. One
// commit draws the same in every run; SEED=random draws anew, and each test prints its seed, for SEED=N to draw the same again.
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

export const isWhole = process.env['KILL_POINTS'] === 'all';
/** Prime to 3: of points that come in three phases, each phase is drawn as often. */
const share = 8;

export function seedOf(t: TestContext): number {
  const { SEED = '1' } = process.env;
  const seed = SEED === 'random' ? Math.floor(Math.random() * 1e6) : Number(SEED);
  assert.ok(Number.isInteger(seed) && seed >= 0, 'SEED is neither `random` nor a whole number');
  t.diagnostic(`SEED=${seed} in the environment draws the same again`);
  return seed;
}

/** Every eighth, beginning where the seed says: eight seeds in a row try all of them. */
export const sampleOf = <Point>(points: readonly Point[], seed: number): readonly Point[] =>
  isWhole ? points : points.filter((_, index) => index % share === seed % share);

/** Numbers between 0 and 1, for the same seed the same ones: a linear congruential generator. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
