import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { listingParser, parseFolders } from '../../lib/parse/listing.ts';

interface Output {
  readonly stdout: string;
  readonly exitCode?: number | undefined;
  readonly stderr?: string;
}

/** Parses the output in pieces of this many characters. */
function parse(roots: readonly string[], { stdout, exitCode, stderr = '' }: Output, pieces = 7, host = 'local') {
  const files = roots.map((): [string, number, string][] => []);
  const parser = listingParser(
    roots.map((root, index) => ({
      root,
      onFile: (path, bytes, ms) => files[index]?.push([path, bytes, new Date(ms).toISOString()]),
    })),
  );
  for (let start = 0; start < stdout.length; start += pieces) parser.feed(stdout.slice(start, start + pieces));
  const outcomes = parser
    .outcomes(exitCode, stderr, host)
    .map((outcome) => (outcome instanceof Error ? outcome.message : (outcome ?? 'repeat')));
  return { files, outcomes };
}

const file = (path: string): string => `1795160656.5\t12\t${path}\0`;

describe('parse/listing', () => {
  test('files are read below their root, whatever their names and however the output is cut into pieces', () => {
    const stdout = `${file('/d/2026/a b\n.nc')}${file('/d/# end')}# end\0\0# exit 0\0${file('/x/y/e.nc')}# end\0`;
    for (const pieces of [1, 3, 1000]) {
      const { files, outcomes } = parse(['/d', '/x/y'], { stdout, exitCode: 0 }, pieces);
      const at = '2026-11-20T07:44:16.500Z';
      assert.deepEqual(files, [
        [
          ['2026/a b\n.nc', 12, at],
          ['# end', 12, at],
        ],
        [['e.nc', 12, at]],
      ]);
      assert.deepEqual(outcomes, ['complete', 'complete']);
    }
    assert.deepEqual(parse(['/'], { stdout: `${file('/a.nc')}# end\0`, exitCode: 0 }).files[0]?.[0]?.[0], 'a.nc');
  });

  test('a listing without its end mark is never complete, whatever the exit code and the errors', () => {
    const missing = "find: '/d/2026/11/21': No such file or directory";
    const cases: [name: string, Output, RegExp][] = [
      [
        'killed without a word',
        { stdout: file('/d/a'), exitCode: 137 },
        /incomplete: find was killed \(exit code 137\)/,
      ],
      [
        'half of it with exit 0',
        { stdout: file('/d/a'), exitCode: 0 },
        /incomplete: .* exit code 0 and printed no end mark/,
      ],
      ['nothing with exit 0', { stdout: '', exitCode: 0 }, /no end mark/],
      ['exit 1 beside a missing day', { stdout: file('/d/a'), exitCode: 1, stderr: missing }, /no end mark/],
      ['a record cut in the middle', { stdout: '1795160656.5\t12\t/d/a', exitCode: 0 }, /no end mark/],
      ['a mark cut in the middle', { stdout: `${file('/d/a')}# en`, exitCode: 0 }, /no end mark/],
      ['a killed child after the mark', { stdout: `${file('/d/a')}# end\0`, exitCode: 137 }, /was killed/],
      ['a record cut after the mark', { stdout: '# end\x001795160656.5\t1', exitCode: 0 }, /no end mark/],
      [
        'a folder that may not be read',
        { stdout: '# end\0', exitCode: 1, stderr: `${missing}\nfind: '/d/2026': Permission denied` },
        /listing \/d failed: find: '\/d\/2026': Permission denied/,
      ],
      ['exit 1 without an error', { stdout: '# end\0', exitCode: 1 }, /ended with exit code 1/],
      [
        'no root',
        { stdout: '', exitCode: 1, stderr: `${missing}\nfind: '/d/.': No such file or directory` },
        /ENOENT: there is no folder \/d/,
      ],
      ['not GNU', { stdout: '', exitCode: 1, stderr: 'find: unrecognized: -printf' }, /no GNU find/],
      ['no find', { stdout: '', exitCode: 127, stderr: 'sh: 1: find: not found' }, /find: not found/],
      ['another program', { stdout: 'hello\0# end\0', exitCode: 0 }, /did not print a file: "hello"/],
      ['a file elsewhere', { stdout: `${file('/elsewhere/a')}# end\0`, exitCode: 0 }, /did not print a file/],
      ['a size that is no number', { stdout: '1\tmany\t/d/x\0# end\0', exitCode: 0 }, /did not print a file/],
      ['a record without end', { stdout: 'x'.repeat(30_000), exitCode: 0 }, /did not print a file/],
    ];
    assert.ok(cases.length >= 17);
    for (const [name, output, says] of cases) assert.match(parse(['/d'], output).outcomes[0] ?? '', says, name);
  });

  test('missing folders of days, and noise on stderr, leave a listing complete', () => {
    const stdout = `${file('/d/a')}# end\0`;
    const cases: [stderr: string, exitCode: number][] = [
      ["find: '/d/2026/11/21': No such file or directory\n", 1],
      ['Welcome to source\nfind: warning: something\n', 0],
      ["Warning: Permanently added 'source'\nfind: '/d/2026/11/21': No such file or directory\n", 1],
      ["ERROR: ld.so: object 'x.so' cannot be preloaded\nfind: '/d/\\303\\234/21': No such file or directory\n", 1],
    ];
    for (const [stderr, exitCode] of cases)
      assert.deepEqual(parse(['/d'], { stdout, stderr, exitCode }).outcomes, ['complete'], stderr);
  });

  test('each listing of a common child has its own outcome; the listings that did not end are repeated', () => {
    const done = `${file('/a/1')}# end\0\0# exit 0\0`;
    const roots = ['/a', '/b', '/c'];
    const outcomes = (output: Output) => parse(roots, output).outcomes;
    assert.deepEqual(outcomes({ stdout: `${done}${file('/b/1')}`, stderr: '# next\n' }), [
      'complete',
      'repeat',
      'repeat',
    ]);
    // Without the mark on stderr, an error of the first listing may be on its way.
    assert.deepEqual(outcomes({ stdout: done }), ['repeat', 'repeat', 'repeat']);
    const [a, b, c] = outcomes({
      stdout: `${done}${file('/b/1').slice(0, 9)}\0# exit 137\0${file('/c/1')}# end\0`,
      stderr: "# next\n# next\nfind: '/c/2': No such file or directory\n",
      exitCode: 1,
    });
    assert.deepEqual([a, c], ['complete', 'repeat'], 'a cut record spoils what follows');
    assert.match(b ?? '', /did not print a file/);
    const killed = outcomes({
      stdout: `${done}${file('/b/1')}\0# exit 137\0${file('/c/1')}# end\0`,
      stderr: '# next\n# next\n',
      exitCode: 0,
    });
    assert.deepEqual([killed[0], killed[2]], ['complete', 'complete']);
    assert.match(killed[1] ?? '', /listing \/b is incomplete: find was killed/);
    assert.deepEqual(outcomes({ stdout: `${done}${file('/b/1')}`, stderr: '# next\n', exitCode: 143 })[1], 'repeat');
  });

  test('folders are read below their root, and only with the end mark', () => {
    assert.deepEqual(parseFolders('/d/2026/11\0/d/2026/12\0# end\0', '/d'), ['2026/11', '2026/12']);
    assert.deepEqual(parseFolders('# end\0', '/d'), []);
    for (const text of ['', '/d/2026\0', '/d/2026\0# end', '# end'])
      assert.throws(() => parseFolders(text, '/d'), /incomplete/, text);
    assert.throws(() => parseFolders('/e/2026\0# end\0', '/d'), /did not print a folder of \/d/);
  });
});
