import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { folderOfDay, hasDayFolders, parseDataPath, temporaryPattern, timeInPath } from '../../lib/parse/datapath.ts';
import { configurationOf } from '../world.ts';

const snapshotConfigOf = () => configurationOf('');

const time = (pattern: string, path: string) => timeInPath(parseDataPath(pattern), path)?.toISOString();

describe('parse/datapath', () => {
  test('a pattern becomes what find searches, day by day', () => {
    const path = parseDataPath('{yyyy}/{MM}/{dd}/hatpro_{HH}{mm}_*.nc');
    assert.equal(path.file.glob, 'hatpro_[0-9][0-9][0-9][0-9]_*.nc');
    assert.equal(path.anyDepth, false);
    assert.equal(folderOfDay(path, new Date('2026-03-01T00:30:00Z')), '2026/03/01');
    assert.equal(folderOfDay(parseDataPath('{yyyy}{MM}{dd}/x.nc'), new Date('2026-03-01T23:59:59Z')), '20260301');
    assert.equal(
      folderOfDay(parseDataPath('archive/*.nc'), new Date(0)),
      undefined,
      'without a day in the folders there is one place',
    );
    assert.equal(folderOfDay(parseDataPath('{yyyy}/{MM}/*.nc'), new Date('2026-03-01T00:30:00Z')), '2026/03');
    assert.equal(hasDayFolders(path), true);
    assert.equal(
      hasDayFolders(parseDataPath('{yyyy}/{MM}/*_{dd}.nc')),
      false,
      'a day in the name is not in the folders',
    );
    assert.equal(parseDataPath('**/*').anyDepth, true);
  });

  test('the time stands in the folders, the name, or both, and is UTC', () => {
    assert.equal(time('{yyyy}/{MM}/{dd}/x_{HH}{mm}{ss}.nc', '2026/11/20/x_074501.nc'), '2026-11-20T07:45:01.000Z');
    assert.equal(time('{yyyy}{MM}{dd}_*.nc', '20261120_a b.nc'), '2026-11-20T00:00:00.000Z');
    assert.equal(time('{yyyy}/{MM}{dd}.{HH}.nc', '2026/1120.05.nc'), '2026-11-20T05:00:00.000Z');
    assert.equal(time('**/{yyyy}{MM}{dd}.nc', 'a/b/20261120.nc'), '2026-11-20T00:00:00.000Z');
  });

  test('a path with an impossible time, or that does not match the pattern, has no time', () => {
    const cases: [string, string][] = [
      ['{yyyy}{MM}{dd}.nc', '20260230.nc'],
      ['{yyyy}{MM}{dd}.nc', '20261301.nc'],
      ['{yyyy}{MM}{dd}_{HH}.nc', '20261120_25.nc'],
      ['{yyyy}{MM}{dd}.nc', '2026112.nc'],
      ['{yyyy}{MM}{dd}.nc', 'x20261120.nc'],
      ['{yyyy}/{MM}.nc', '2026/11.nc'],
      ['*.nc', 'x.nc'],
    ];
    assert.ok(cases.length >= 7);
    for (const [pattern, path] of cases) assert.equal(time(pattern, path), undefined, `${pattern} ${path}`);
  });

  test('a pattern that could not be searched newest first is refused, and says why', () => {
    const cases: [string, RegExp][] = [
      ['*/x.nc', /only the file's name may have wildcards/],
      ['{HH}/x.nc', /hours and less belong in the file's name/],
      ['{YYYY}/x.nc', /unknown token \{YYYY\}; known: yyyy, MM/],
      ['/x.nc', /begins below the root/],
      ['../x.nc', /begins below the root/],
      ['a/', /names no file/],
    ];
    assert.ok(cases.length >= 6);
    for (const [pattern, told] of cases) assert.throws(() => parseDataPath(pattern), told, pattern);
  });

  test('patterns of temporary names match the name of a file at any depth, in upper and lower case', () => {
    const { temporary: usual } = snapshotConfigOf();
    const temporary = (
      '.x.nc.Ab12Cd a/.hidden x.nc.part x.tmp x.NC.TMP x.nc~ x.filepart .x.swp x.nc.tmp.1 x.incomplete a/b/x.writing x_tmp ' +
      'x.nc_tmp x.nc.partial x.crdownload a/#x.nc# x.tmp.nc x.nc.part.2 x.uploading .nfs000000000012 x.lock x.in-progress x.TEMP'
    ).split(' ');
    const data = [
      'x.nc',
      'a/b.c/x',
      'template.nc',
      'x.party',
      'tmp.nc',
      'a.tmp/x.nc',
      '.a/x.nc',
      'x_tmp.nc',
      'part',
      'lock',
    ];
    assert.ok(temporary.length >= 23);
    const pattern = temporaryPattern(usual);
    for (const path of temporary) assert.equal(pattern.test(path), true, path);
    for (const path of data) assert.equal(pattern.test(path), false, path);
    const own = temporaryPattern(['raw_?.nc', '[x]*']);
    assert.deepEqual(
      ['raw_1.nc', 'raw_12.nc', '[x]1.nc', 'x1.nc', 'a.tmp'].map((path) => own.test(path)),
      [true, false, true, false, false],
    );
    assert.equal(temporaryPattern([]).test('.x'), false);
  });
});
