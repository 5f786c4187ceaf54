// The README's two commands as its first reader gives them. test:real runs only a part of `npm test` so, to save ten minutes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { cloneAsNobody } from '../real/nobody.ts';

test('in a fresh clone, without root and without a configuration, npm start and the whole npm test pass', (t) => {
  const newcomer = cloneAsNobody(t, 'clone', '022');
  const env = { HOME: newcomer.folder, LANG: 'C.UTF-8' };
  newcomer.run('npm ci && npm start', env, /● (GREEN|AMBER|RED|UNKNOWN) {3}/);
  newcomer.run('npm test', env, /^ℹ fail 0$/m);
  assert.equal(newcomer.left(), '', 'something was left in the tree');
});
