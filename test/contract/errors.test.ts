import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { Absent, LockedOut, Refused, TimedOut, Unconfigured, Unsure, Usage } from '../../lib/contract/errors.ts';

describe('contract/errors', () => {
  test('instanceof recognises errors of another bundle, which has its own copy of these classes', async () => {
    const ours = { Absent, Usage, LockedOut, TimedOut, Refused, Unsure, Unconfigured };
    const url = new URL('../../lib/contract/errors.ts?copy', import.meta.url).href;
    const copy = (await import(url)) as typeof ours;
    for (const [name, kind] of Object.entries(ours)) {
      const theirs = Object.entries(copy).find(([other]) => other === name)?.[1];
      assert.ok(theirs && theirs !== kind, `${name} is no copy`);
      for (const [other, otherKind] of Object.entries(ours)) {
        assert.equal(new theirs('x') instanceof otherKind, name === other, `${name} as ${other}`);
        assert.equal(new kind('x') instanceof otherKind, name === other, `${name} as ${other}`);
      }
      assert.ok(!(new Error('x') instanceof kind));
      assert.equal(new kind('x').name, name);
    }
  });
});
