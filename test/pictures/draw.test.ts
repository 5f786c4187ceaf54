// draw-quicklooks over a real archive, with the real fonts.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, test, type TestContext } from 'node:test';
import { policies } from '../../lib/alerts/policies.ts';
import { checks, sections } from '../../lib/config/registry.ts';
import { monitorChecks } from '../../lib/health/monitor.ts';
import { renderPng } from '../../lib/io/png.ts';
import { storeFiles } from '../../lib/io/store.ts';
import { drawQuicklooks } from '../../lib/pictures/draw.ts';
import { archiveIn, instant } from '../archive/days.ts';
import { readText, temporaryFolder, worldIn } from '../world.ts';

/** The pixels of a PNG of 8 bits RGBA, as resvg writes it. */
function pixelsOf(png: Uint8Array) {
  const bytes = Buffer.from(png);
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  const parts: Buffer[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at))
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
  const raw = inflateSync(Buffer.concat(parts));
  const row = width * 4;
  const pixels = Buffer.alloc(height * row);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < row; x++) {
      const left = x < 4 ? 0 : (pixels[y * row + x - 4] ?? 0);
      const up = y === 0 ? 0 : (pixels[(y - 1) * row + x] ?? 0);
      const corner = x < 4 || y === 0 ? 0 : (pixels[(y - 1) * row + x - 4] ?? 0);
      const estimate = left + up - corner;
      const [dl, du, dc] = [left, up, corner].map((one) => Math.abs(estimate - one)) as [number, number, number];
      const paeth = dl <= du && dl <= dc ? left : du <= dc ? up : corner;
      const filter = raw[y * (row + 1)] ?? 0;
      const guess = [0, left, up, (left + up) >> 1, paeth][filter] ?? assert.fail(`filter ${filter}`);
      pixels[y * row + x] = ((raw[y * (row + 1) + 1 + x] ?? 0) + guess) & 0xff;
    }
  const isDark = (index: number): boolean => pixels.readUInt32BE(4 * index) >>> 8 < 0x404040 && (pixels[4 * index + 3] ?? 0) > 200;
  return { width, height, dark: Array.from({ length: width * height }, (_, index) => isDark(index)).filter(Boolean).length };
} // prettier-ignore

/** Runs the stage at a time, and returns the names of the pictures and how many were drawn. */
async function drawAt(folder: string, at: Date, options: Record<string, string> = {}) {
  const stage = drawQuicklooks({ registry: { sections, checks, monitorChecks }, policies, files: storeFiles, renderPng: async () => renderPng });
  const world = worldIn(folder, { at, options });
  const { counts, text } = await stage.run(world);
  const pictures = join(world.places.quicklooks, 'ops_monitor');
  return { drawn: counts['pictures'], text, pictures, names: existsSync(pictures) ? readdirSync(pictures).sort() : [] };
} // prettier-ignore

/** The files have the time of this machine's clock; the stage's clock is another one. */
const setTimes = (pictures: string, at: Date): void =>
  readdirSync(pictures).forEach((name) => utimesSync(join(pictures, name), at, at));

/** From 23:00 on 18 November, one sample every five minutes: twelve of that day, then those of the next. */
async function siteOf(t: TestContext, samples: number) {
  const folder = temporaryFolder(t);
  const site = archiveIn(folder);
  site.write(0, samples);
  await site.run(instant(samples));
  return folder;
}

describe('pictures/draw', () => {
  test('a text is drawn with the shipped fonts: a font that cannot be read would leave no dark pixel', () => {
    const svg = (weight: string, words: string): string =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="40"><text x="5" y="30" font-size="24" font-family="Inter" font-weight="${weight}">${words}</text></svg>`;
    const [empty, regular, bold] = [svg('400', ''), svg('400', 'aurora'), svg('700', 'aurora')].map((text) => pixelsOf(renderPng(text)).dark);
    assert.equal(empty, 0);
    assert.ok((regular ?? 0) > 200 && (bold ?? 0) > 1.2 * (regular ?? 0), `${regular} dark pixels, ${bold} in bold`);
  }); // prettier-ignore

  test('an hourly run draws the day, the days before it and the rolling pictures, as SVG and PNG', async (t) => {
    const folder = await siteOf(t, 30);
    const { drawn, names, pictures } = await drawAt(folder, instant(30));
    assert.equal(drawn, 8);
    const files = ['20261118', '20261119', '30d', '7d'].flatMap((span) => [`${span}.png`, `${span}.svg`]);
    assert.deepEqual(
      names,
      ['HK_Operations', 'ops_summary'].flatMap((name) => files.map((file) => `${name}_${file}`)),
    );
    const { width, dark } = pixelsOf(readFileSync(join(pictures, 'ops_summary_20261119.png')));
    assert.equal(width, 1200);
    assert.ok(dark > 5000, `${dark} dark pixels`);
  });

  test('a day that is over is drawn once more, and then not again', async (t) => {
    const folder = await siteOf(t, 30);
    const { pictures } = await drawAt(folder, instant(30));
    const file = (day: string): string => join(pictures, `ops_summary_${day}.svg`);
    const [over, running] = [readText(file('20261118')), readText(file('20261119'))];
    assert.match(over, /data-complete="yes"/);
    assert.match(running, /data-complete="no"/);
    setTimes(pictures, instant(30));
    const again = await drawAt(folder, instant(42));
    assert.equal(again.drawn, 4, 'the running day and the week: the month is young');
    assert.equal(readText(file('20261118')), over);
    assert.notEqual(readText(file('20261119')), running);
  });

  test('the month is drawn again after six hours, and at once where a file is missing', async (t) => {
    const folder = await siteOf(t, 30);
    const { pictures, names } = await drawAt(folder, instant(30));
    const after = async (hours: number): Promise<number | undefined> => {
      setTimes(pictures, instant(30));
      return (await drawAt(folder, instant(30 + 12 * hours))).drawn;
    };
    assert.deepEqual([await after(1), await after(5), await after(6)], [4, 4, 6]);
    setTimes(pictures, instant(30));
    rmSync(join(pictures, 'ops_summary_30d.png'));
    assert.deepEqual([(await drawAt(folder, instant(42))).drawn, names.length], [5, 16]);
  });

  test('--from --to draws days again, those before the archive excepted', async (t) => {
    const folder = await siteOf(t, 30);
    const { pictures } = await drawAt(folder, instant(30));
    writeFileSync(join(pictures, 'ops_summary_20261118.svg'), 'old');
    const { drawn } = await drawAt(folder, instant(42), { from: '2026-11-01', to: '2026-11-18' });
    assert.equal(drawn, 2);
    assert.match(readText(join(pictures, 'ops_summary_20261118.svg')), /^<svg /);
    for (const wrong of [{ to: '2026-11-18' }, { from: 'yesterday' }, { from: '2026-11-18', to: '2026-11-17' }])
      await assert.rejects(
        drawAt(folder, instant(42), wrong),
        /--to needs --from|expected a day|--to lies before --from/,
      );
  });

  test('the present day is blank after the last snapshot, and not a gap', async (t) => {
    const { pictures } = await drawAt(await siteOf(t, 30), instant(30));
    const svg = readText(join(pictures, 'ops_summary_20261119.svg'));
    assert.doesNotMatch(svg, /data-gap=/);
    assert.match(svg, /18 of 18 snapshots/);
  });

  test('a torn line in the log of alerts costs that line only', async (t) => {
    const folder = await siteOf(t, 30);
    const log = join(worldIn(folder, { at: instant(0) }).places.state, 'alerts', 'alerts.jsonl');
    const event = (kind: string, index: number): string =>
      JSON.stringify({ schema_version: 1, time: instant(index).toISOString(), run_id: 'r', kind, ids: ['stream:mrr'], message: 'm' });
    mkdirSync(dirname(log), { recursive: true });
    writeFileSync(log, `{"kind":"firing"\n${event('firing', 15)}\n${event('recovered', 20)}\n`);
    const { pictures } = await drawAt(folder, instant(30));
    const svg = readText(join(pictures, 'ops_summary_20261119.svg'));
    assert.match(svg, new RegExp(`data-begin="${instant(15).toISOString()}" data-end="${instant(20).toISOString()}"`));
    assert.match(svg, />stream mrr</);
  }); // prettier-ignore

  test('without an archive nothing is drawn, and a dry run writes nothing', async (t) => {
    const { drawn, text } = await drawAt(temporaryFolder(t), instant(0));
    assert.deepEqual([drawn, text], [0, 'there is no archive to draw yet']);
    const dry = await drawAt(await siteOf(t, 30), instant(30), { 'dry-run': true as unknown as string });
    assert.deepEqual([dry.text, dry.names], ['would draw 8 pictures', []]);
  });
});
