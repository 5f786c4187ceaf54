// The small picture in a mail: what it shows, and that no mail waits for it.
import assert from 'node:assert/strict';
import test, { describe, type TestContext } from 'node:test';
import type { Alert } from '../../lib/alerts/files.ts';
import { composePicture } from '../../lib/alerts/picture.ts';
import type { Post } from '../../lib/alerts/post.ts';
import { snapshots } from '../../lib/snapshot/files.ts';
import { snapshotOf } from '../judged.ts';
import { axisOf, panelIn, piecesOf } from '../pictures/marks.ts';
import { configurationOf, worldIn } from '../world.ts';
import { disk, site, subjectOf, time, titlesOf } from './send-site.ts';

const withPicture = 'site: test\nalerts: { to: [ops@example.org] }';
const without = 'site: test\nalerts: { to: [ops@example.org], picture: false }';

/** A site whose disk was at `percentAt(minutes)` in the minutes before 0. */
async function siteWithDay(t: TestContext, percentAt: (minutes: number) => number, configuration = withPicture) {
  const one = site(t, configuration);
  const world = worldIn(one.folder, { at: time(0), config: configurationOf(configuration) });
  for (let minutes = -1435; minutes < 0; minutes += 5)
    await world.append(snapshots, snapshotOf({ filesystems: disk(percentAt(minutes)) }, time(minutes)), time(minutes));
  return one;
}

/** The parts of a mail, by their headers. */
const partsOf = (raw: string): string[] =>
  [...raw.matchAll(/boundary="([^"]+)"/g)].flatMap(([, boundary]) => raw.split(`--${boundary}`).slice(1, -1));

function pngIn(raw: string): { readonly headers: string; readonly png: Buffer } | undefined {
  const part = partsOf(raw).find((one) => /Content-Type: image\/png/.test(one) && !one.includes('boundary='));
  if (part === undefined) return undefined;
  const [headers = '', body = ''] = part.split('\r\n\r\n');
  return { headers, png: Buffer.from(body, 'base64') };
}

describe('alerts/picture', () => {
  test('a mail about a number has the last day of it attached, after the text', async (t) => {
    const { run, taken } = await siteWithDay(t, (minutes) => 70 + (minutes + 1440) / 150);
    await run(0, { filesystems: disk(91) });
    const raw = taken[0]?.mail.raw ?? '';
    assert.match(raw, /^Content-Type: multipart\/mixed/m);
    const found = pngIn(raw);
    assert.match(found?.headers ?? '', /Content-Disposition: inline; filename=storage-data-last-24-hours\.png/);
    assert.equal(found?.png.subarray(1, 4).toString(), 'PNG');
    assert.equal(found?.png.readUInt32BE(16), 800);
    assert.ok((found?.png.length ?? 0) > 5000, 'no line and no words were drawn');
    assert.match(raw, /Content-Type: text\/plain/);
    assert.ok(!raw.includes('cid:'));
    assert.deepEqual(titlesOf(taken), ['ALERT storage:data']);
  });

  test('without a course of values, and where it is switched off, the mail has no picture', async (t) => {
    const fresh = site(t);
    await fresh.run(0, { filesystems: disk(91) });
    assert.equal(pngIn(fresh.taken[0]?.mail.raw ?? ''), undefined);
    const off = await siteWithDay(t, () => 70, without);
    await off.run(0, { filesystems: disk(91) });
    assert.equal(pngIn(off.taken[0]?.mail.raw ?? ''), undefined);
    assert.equal(off.taken.length, 1);
  });

  test('a picture that cannot be drawn holds no mail back, and is reported', async (t) => {
    const { run, taken, post } = await siteWithDay(t, () => 70);
    const broken: Post = {
      ...post,
      renderPng: async () => {
        throw new Error('Cannot find native binding');
      },
    };
    const { problems } = await run(0, { filesystems: disk(91) }, broken);
    assert.match(problems.join(), /the picture for a mail could not be drawn: Cannot find native binding/);
    assert.equal(subjectOf(taken[0]), '[ALERT test] /data is 91 % full, 1 B left (from 80 %)');
  });
});

const at = Date.parse('2026-11-20T08:00:00Z');
const alert = (unit: string, limit: number, since: number): Alert =>
  ({
    rule: 'storage',
    subject: 'data',
    unit,
    limit: { value: limit, key: '' },
    since: new Date(since).toISOString(),
  }) as Alert;

/** Values of five-minute snapshots, the last one at `at`. */
const trend = (values: readonly number[], limit: number) => ({
  intervalMs: 300_000,
  times: values.map((_, index) => at - (values.length - 1 - index) * 300_000),
  values,
  isBeyond: values.map((value) => value >= limit),
});

const draw = (values: readonly number[], limit = 80, unit = 'percent'): string =>
  composePicture({ id: 'storage:data', alert: alert(unit, limit, at - 3_600_000), until: at }, trend(values, limit));

describe('alerts/picture, its marks', () => {
  const day = Array.from({ length: 288 }, (_, index) => 60 + (index === 200 ? 35 : index / 20));

  test('the line has the values of the trend: first, extreme and last', () => {
    const svg = draw(day);
    const panel = panelIn(svg, 'storage:data');
    const values = piecesOf(panel, 'storage:data')
      .flat()
      .map(([, y]) => axisOf(panel).valueAt(y));
    for (const [shown, value] of [
      [values[0], 60],
      [Math.max(...values), 95],
      [values.at(-1), 60 + 287 / 20],
    ] as const)
      assert.ok(Math.abs((shown ?? 0) - value) < 0.2, `${shown} is not ${value}`);
    assert.match(svg, /data-limit="80"/);
    assert.match(svg, />limit 80 %</);
    assert.match(svg, />74\.4 %</);
  });

  test('unread values are hatched, and the line is not drawn across them', () => {
    const svg = draw(day.map((value, index) => (index > 100 && index < 150 ? Number.NaN : value)));
    assert.match(svg, /url\(#hatch-unknown\)/);
    assert.equal(piecesOf(panelIn(svg, 'storage:data'), 'storage:data').length, 2);
  });

  test('hours without snapshots are hatched in grey', () => {
    assert.match(draw(day.slice(200)), /url\(#hatch-none\)"/);
    assert.doesNotMatch(draw([...day, 60]), /fill="url\(#hatch-none\)"/);
  });

  test('a value that could not be read again has the time at which it was read', () => {
    assert.match(draw([...day.slice(0, 278), ...day.slice(278).map(() => Number.NaN)]), />at 07:10</);
    assert.doesNotMatch(draw(day), />at /);
  });

  test('the last value is shown on the side of the limit on which it is', () => {
    assert.match(draw([...day.slice(1), 49.98], 50, 'V'), />49\.98 V</);
  });

  test('an age has the scale of ages', () => {
    const svg = composePicture(
      { id: 'stream:mrr', alert: alert('s', 5400, at - 60_000), until: at },
      trend(
        day.map((_, index) => 60 * index),
        5400,
      ),
    );
    assert.match(svg, />1 h</);
    assert.match(svg, />limit 1\.5h</);
  });

  test('a hostile name stays text', () => {
    const id = 'storage:<img onerror=x>';
    const svg = composePicture({ id, alert: alert('percent', 80, at), until: at }, trend(day, 80));
    assert.doesNotMatch(svg, /<img/);
  });
});
