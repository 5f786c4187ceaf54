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
      selection: 0,
      onFile: (path, bytes, ms) => files[index]?.push([path, bytes, new Date(ms).toISOString()]),
    })),
    '/.',
  );
  for (let start = 0; start < stdout.length; start += pieces) parser.feed(stdout.slice(start, start + pieces));
  const outcomes = parser
    .outcomes(exitCode, stderr, host)
    .map((outcome) => (outcome instanceof Error ? outcome.message : (outcome ?? 'repeat')));
  return { files, outcomes };
}

const file = (path: string): string => `0\t1795160656.5\t12\t${path}\0`;

describe('parse/listing', () => {
  test('files are read below their root, whatever their names and however the output is cut into pieces', () => {
    const stdout = `${file('/d/2026/a b\n.nc')}${file('/d/# /d/.')}# /d/.\0# /.\0${file('/x/y/e.nc')}# /x/y/.\0`;
    for (const pieces of [1, 3, 1000]) {
      const { files, outcomes } = parse(['/d', '/x/y'], { stdout, exitCode: 0 }, pieces);
      const at = '2026-11-20T07:44:16.500Z';
      assert.deepEqual(files, [
        [
          ['2026/a b\n.nc', 12, at],
          ['# /d/.', 12, at],
        ],
        [['e.nc', 12, at]],
      ]);
      assert.deepEqual(outcomes, ['complete', 'complete']);
    }
    assert.deepEqual(parse(['/'], { stdout: `${file('/a.nc')}# //.\0`, exitCode: 0 }).files[0]?.[0]?.[0], 'a.nc');
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
      ['a record cut in the middle', { stdout: '0\t1795160656.5\t12\t/d/a', exitCode: 0 }, /no end mark/],
      ['a mark cut in the middle', { stdout: `${file('/d/a')}# /d`, exitCode: 0 }, /no end mark/],
      ['a killed child after the mark', { stdout: `${file('/d/a')}# /d/.\0`, exitCode: 137 }, /was killed/],
      ['a record cut after the mark', { stdout: '# /d/.\x000\t1795160656.5\t1', exitCode: 0 }, /no end mark/],
      [
        'a folder that may not be read',
        { stdout: '# /d/.\0', exitCode: 1, stderr: `${missing}\nfind: '/d/2026': Permission denied` },
        /listing \/d failed: find: '\/d\/2026': Permission denied/,
      ],
      ['exit 1 without an error', { stdout: '# /d/.\0', exitCode: 1 }, /ended with exit code 1/],
      [
        'no root',
        { stdout: '', exitCode: 1, stderr: `${missing}\nfind: '/d/.': No such file or directory` },
        /ENOENT: there is no folder \/d/,
      ],
      ['not GNU', { stdout: '', exitCode: 1, stderr: 'find: unrecognized: -printf' }, /no GNU find/],
      ['no find', { stdout: '', exitCode: 127, stderr: 'sh: 1: find: not found' }, /find: not found/],
      ['another program', { stdout: 'hello\0# /d/.\0', exitCode: 0 }, /did not print a file: "hello"/],
      ['a file elsewhere', { stdout: `${file('/elsewhere/a')}# /d/.\0`, exitCode: 0 }, /did not print a file/],
      ['a size that is no number', { stdout: '0\t1\tmany\t/d/x\0# /d/.\0', exitCode: 0 }, /did not print a file/],
      ['a record without end', { stdout: 'x'.repeat(30_000), exitCode: 0 }, /did not print a file/],
    ];
    assert.ok(cases.length >= 17);
    for (const [name, output, says] of cases) assert.match(parse(['/d'], output).outcomes[0] ?? '', says, name);
  });

  test('missing folders of days, and noise on stderr, leave a listing complete', () => {
    const stdout = `${file('/d/a')}# /d/.\0`;
    const cases: [stderr: string, exitCode: number][] = [
      ["find: '/d/2026/11/21': No such file or directory\n", 1],
      ['Welcome to source\nfind: warning: something\n', 0],
      ["Warning: Permanently added 'source'\nfind: '/d/2026/11/21': No such file or directory\n", 1],
      ["ERROR: ld.so: object 'x.so' cannot be preloaded\nfind: '/d/\\303\\234/21': No such file or directory\n", 1],
    ];
    for (const [stderr, exitCode] of cases)
      assert.deepEqual(parse(['/d'], { stdout, stderr, exitCode }).outcomes, ['complete'], stderr);
  });

  test('of several roots, those are repeated that lack a mark, have links, or are named by an error', () => {
    const listed = (...roots: readonly string[]): string =>
      roots.map((root) => `${file(`${root}/1`)}# ${root}/.\0`).join('# /.\0');
    const roots = ['/a', '/b', '/c'];
    const all = ['complete', 'complete', 'complete'];
    const none = ['repeat', 'repeat', 'repeat'];
    const onlyB = ['complete', 'repeat', 'complete'];
    const missing = "find: '/a/2026/11/21': No such file or directory\n";
    const cases: [name: string, output: Output, outcomes: string[]][] = [
      ['all is well', { stdout: listed(...roots), exitCode: 0 }, all],
      ['a day without a folder', { stdout: listed(...roots), exitCode: 1, stderr: missing }, all],
      ['no root', { stdout: listed('/a', '/b', '/c').replace('# /b/.\0', ''), exitCode: 1, stderr: missing }, onlyB],
      [
        'a link',
        { stdout: `${listed('/a')}# /.\x000\tlink\0${listed('/b')}# /.\0${listed('/c')}`, exitCode: 0 },
        onlyB,
      ],
      [
        'a folder that may not be read',
        { stdout: listed(...roots), exitCode: 1, stderr: `${missing}find: '/b/x': Permission denied\n` },
        onlyB,
      ],
      [
        'an error without a known root',
        { stdout: listed(...roots), exitCode: 1, stderr: "find: '/\\303': Permission denied\n" },
        none,
      ],
      ['an exit code without a reason', { stdout: listed(...roots), exitCode: 1 }, none],
      ['killed', { stdout: listed(...roots), exitCode: 137 }, none],
      ['still running', { stdout: listed(...roots) }, none],
      ['ended early', { stdout: listed('/a', '/b'), exitCode: 0 }, none],
      ['a record of another root', { stdout: listed('/a', '/c', '/b'), exitCode: 0 }, none],
      ['cut in the middle', { stdout: listed(...roots).slice(0, -3), exitCode: 0 }, none],
    ];
    for (const [name, output, outcomes] of cases) assert.deepEqual(parse(roots, output).outcomes, outcomes, name);
  });

  test('a listing gets the files of its own selection only', () => {
    const found: string[][] = [[], []];
    const parser = listingParser(
      found.map((paths, selection) => ({ root: '/d', selection, onFile: (path) => paths.push(path) })),
      '/.',
    );
    parser.feed('0\t1\t1\t/d/a\x001\t1\t1\t/d/b\0# /d/.\0# /.\x000\t1\t1\t/d/a\x001\t1\t1\t/d/b\0# /d/.\0');
    assert.deepEqual(found, [['a'], ['b']]);
  });

  test('folders are read below their root, and only with the end mark', () => {
    assert.deepEqual(parseFolders('/d/2026/11\0/d/2026/12\0# end\0', '/d'), ['2026/11', '2026/12']);
    assert.deepEqual(parseFolders('# end\0', '/d'), []);
    for (const text of ['', '/d/2026\0', '/d/2026\0# end', '# end'])
      assert.throws(() => parseFolders(text, '/d'), /incomplete/, text);
    assert.throws(() => parseFolders('/e/2026\0# end\0', '/d'), /did not print a folder of \/d/);
  });
});
