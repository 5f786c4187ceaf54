import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { maskUrls, suspectQueryNames } from '../../lib/core/urls.ts';

describe('core/urls', () => {
  test('masks login, query values and fragment of every URL in a text, and nothing else', () => {
    const cases: [text: string, shown: string][] = [
      ['https://www.example.org/', 'https://www.example.org/'],
      ['http://h:8080/a/b', 'http://h:8080/a/b'],
      ['https://h/a?token=hunter2', 'https://h/a?token=…'],
      ['https://h/a?x=1&token=hunter2&y=', 'https://h/a?x=…&token=…&y='],
      ['https://h/a?hunter2', 'https://h/a?…'],
      ['https://h/a?token=hunter2;b=hunter2', 'https://h/a?token=…;b=…'],
      ['https://h/a?token=ab=hunter2', 'https://h/a?token=…'],
      ['https://h/a#access_token=hunter2', 'https://h/a#access_token=…'],
      ['https://h/a#hunter2', 'https://h/a#…'],
      ['https://me:hunter2@h/a', 'https://…@h/a'],
      ['HTTP://me:hunter2@h/?t=hunter2', 'HTTP://…@h/?t=…'],
      ['postgres://me:hunter2@db/x', 'postgres://…@db/x'],
      ['asking https://h/?t=hunter2 failed: "https://h/?u=hunter2"', 'asking https://h/?t=… failed: "https://h/?u=…"'],
      ['https://h/a?token=$STATUS_TOKEN', 'https://h/a?token=$STATUS_TOKEN'],
      ['what? a=b & c#d', 'what? a=b & c#d'],
      ['12:30?a=b', '12:30?a=b'],
    ];
    assert.ok(cases.length >= 16);
    for (const [text, shown] of cases) assert.equal(maskUrls(text), shown);
    const stars = (text: string) => maskUrls(text, (secret) => '*'.repeat(secret.length));
    for (const [text] of cases) assert.equal(stars(text).length, text.length, text);
    const began = performance.now();
    for (const text of ['a'.repeat(1e6), 'a:'.repeat(5e5), ':/'.repeat(5e5), 'http://'.repeat(1e5)]) maskUrls(text);
    assert.ok(performance.now() - began < 3000, 'a long text takes long');
  });

  test('finds values that look like secrets, and no ordinary ones', () => {
    for (const query of ['token=a', 'api_key=a', 'sig=a', 'auth=a', 'p=abcdefghij0123456789', 'password=a'])
      assert.equal(suspectQueryNames(`https://h/?${query}`).length, 1, query);
    for (const query of ['format=json', 'since=2026-11-20', 'page=2', 'token=$TOKEN', 'token=', ''])
      assert.deepEqual(suspectQueryNames(`https://h/?${query}`), [], query);
    assert.deepEqual(suspectQueryNames('no URL?token=a'), []);
  });
});
