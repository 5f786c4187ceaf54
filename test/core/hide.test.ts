// Secrets in the output of programs, however the output is cut into pieces.
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { hideSecrets } from '../../lib/core/hide.ts';

const shown = (secrets: readonly string[], pieces: readonly string[]): string => {
  const hider = hideSecrets(secrets);
  return pieces.map((piece) => hider.pass(piece)).join('') + hider.end();
};

describe('core/hide', () => {
  test('a secret does not pass, wherever the output is cut', () => {
    const text = 'token=s3cr3t-value; s3cr3t; end s3cr';
    for (let first = 0; first <= text.length; first++)
      for (let second = first; second <= text.length; second++) {
        const pieces = [text.slice(0, first), text.slice(first, second), text.slice(second)];
        assert.equal(shown(['s3cr3t-value'], pieces), 'token=…; s3cr3t; end s3cr', pieces.join('|'));
      }
  });

  test('a secret does not pass as JSON, in a URL or as base64, and the longer of two is hidden first', () => {
    const secret = 'a"b/ü?c';
    const forms = [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
    ];
    assert.equal(new Set(forms).size, 5, 'each form differs, so that none passes by another');
    for (const form of forms) assert.match(shown([secret], [`<${form}>`]), /^<…=*>$/, form);
    assert.equal(shown(['abc', 'abcdef'], ['xabc', 'defx abc']), 'x…x …');
  });

  test('a secret does not pass as the programs of other languages write it, nor as a part of base64', () => {
    const secret = "Kö/p f!sec'ret-9";
    const login = (user: string) => Buffer.from(`${user}:${secret}\n`).toString('base64');
    const forms = [
      '"K\\u00f6/p f!sec\'ret-9"', // Python
      '"Kö\\/p f!sec\'ret-9"', // PHP
      'K%C3%B6%2Fp%20f%21sec%27ret-9',
      "K%c3%b6%2fp%20f!sec'ret-9",
      "K%C3%B6%2Fp+f!sec'ret-9",
    ];
    for (const form of forms) assert.match(shown([secret], [form]), /^"?…"?$/, form);
    for (const user of ['a', 'ab', 'abc', 'abcd']) {
      const left = shown([secret], [login(user)]);
      assert.ok(left.includes('…') && left.length <= 14, left);
    }
  });

  test('without secrets the text passes at once, and an empty secret hides nothing', () => {
    for (const secrets of [[], ['']]) assert.equal(hideSecrets(secrets).pass('abc'), 'abc');
  });
});
