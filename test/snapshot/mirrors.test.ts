// The mirrors probe against real files on disk.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { mirrors } from '../../lib/snapshot/probes/mirrors.ts';
import { configurationOf, temporaryFolder } from '../world.ts';
import { recordedHost, writeModified } from './machine.ts';

const at = new Date('2026-11-20T12:00:00Z');

function write(root: string, files: Record<string, [time: string, size?: number]>): void {
  mkdirSync(root, { recursive: true });
  for (const [path, [time, size = 10]] of Object.entries(files))
    writeModified(join(root, path), 'x'.repeat(size), new Date(time));
}

function read(
  t: TestContext,
  pattern: string,
  source: Parameters<typeof write>[1],
  copy: Parameters<typeof write>[1] | undefined,
) {
  const folder = temporaryFolder(t);
  write(join(folder, 'source'), source);
  if (copy) write(join(folder, 'copy'), copy);
  const { host, asked } = recordedHost(folder);
  const config = configurationOf(
    `streams: { s: { source: { root: ${folder}/source, files: "${pattern}" }, mirrors: { gws: { root: ${folder}/copy, compare: 2d } } } }`,
  );
  return {
    asked,
    found: mirrors.read({ host: () => host, config, item: 's.gws', previous: undefined, bootId: '', at }),
  };
}

describe('mirrors probe', () => {
  test('with a folder for each month, the window is taken from modification times', async (t) => {
    const { asked, found } = read(
      t,
      '{yyyy}/{MM}/*.nc',
      {
        '2026/11/a.nc': ['2026-11-20T06:00:00Z'],
        '2026/11/b.nc': ['2026-11-20T08:00:00Z'],
        '2026/11/before-the-window.nc': ['2026-11-01T08:00:00Z'],
      },
      { '2026/11/a.nc': ['2026-11-20T06:00:00Z'] },
    );
    const { source_files, missing_files, coverage_percent, worst } = await found;
    assert.deepEqual(
      { source_files, missing_files, coverage_percent, worst },
      { source_files: 2, missing_files: 1, coverage_percent: 50, worst: ['2026/11/b.nc'] },
    );
    assert.equal(asked.length, 1, asked.join('\n'));
  });

  test('a mirror is compared by names and sizes over its window of days, with one child for both sides', async (t) => {
    const { asked, found } = read(
      t,
      '{yyyy}/{MM}/{dd}/*.nc',
      {
        '2026/11/20/a.nc': ['2026-11-20T06:00:00Z'],
        '2026/11/20/b.nc': ['2026-11-20T08:00:00Z'],
        '2026/11/20/fresh.nc': ['2026-11-20T11:50:00Z'],
        '2026/11/19/c.nc': ['2026-11-19T08:00:00Z', 20],
        '2026/11/01/old.nc': ['2026-11-01T08:00:00Z'],
        '2026/11/20/.half.nc.Xy12': ['2026-11-20T09:00:00Z'],
      },
      {
        '2026/11/20/a.nc': ['2026-11-20T06:30:00Z'],
        '2026/11/19/c.nc': ['2026-11-19T08:30:00Z', 19],
        '2026/11/18/extra.nc': ['2026-11-18T08:30:00Z'],
        '2026/11/20/.b.nc.Ab12': ['2026-11-20T09:00:00Z'],
      },
    );
    const { source_files, missing_files, mismatched_files, extra_files, coverage_percent, lag_seconds, worst } =
      await found;
    assert.deepEqual([source_files, missing_files, mismatched_files, extra_files], [3, 1, 1, 1]);
    assert.equal(coverage_percent, 33.3333);
    assert.equal(lag_seconds, 4 * 3600);
    assert.deepEqual(worst, ['2026/11/20/b.nc', '2026/11/19/c.nc']);
    assert.equal(asked.length, 1, asked.join('\n'));
  });

  test('without days in the folders, the window is taken from modification times', async (t) => {
    const { found } = read(
      t,
      '**/*.nc',
      { 'a/x.nc': ['2026-11-19T00:00:00Z'], 'a/old.nc': ['2026-10-01T00:00:00Z'] },
      { 'a/x.nc': ['2026-11-19T00:10:00Z'] },
    );
    const { source_files, coverage_percent, lag_seconds } = await found;
    assert.deepEqual([source_files, coverage_percent, lag_seconds], [1, 100, 0]);
  });

  test('a slash at the end of a root changes nothing', async (t) => {
    const folder = temporaryFolder(t);
    for (const place of ['source', 'copy']) write(join(folder, place), { '2026/11/20/a.nc': ['2026-11-20T06:00:00Z'] });
    const forms = ['/source/ /copy', '/source /copy/', '//source// /./copy/.'];
    for (const form of forms) {
      const [source, copy] = form.split(' ');
      const config = configurationOf(
        `streams: { s: { source: { root: ${folder}${source}, files: "{yyyy}/{MM}/{dd}/*.nc" }, mirrors: { gws: { root: ${folder}${copy} } } } }`,
      );
      const { host } = recordedHost(folder);
      const found = await mirrors.read({
        host: () => host,
        config,
        item: 's.gws',
        previous: undefined,
        bootId: '',
        at,
      });
      assert.deepEqual([found.source_files, found.coverage_percent], [1, 100], form);
    }
  });

  test('a mirror whose folder is missing is a failed reading, not a coverage of 0 %', async (t) => {
    const { found } = read(t, '{yyyy}/{MM}/{dd}/*.nc', { '2026/11/20/a.nc': ['2026-11-20T06:00:00Z'] }, undefined);
    await assert.rejects(found, /ENOENT/);
  });
});
