// What the page is made of, and what the service answers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { pagesOf } from '../../lib/commands/dashboard.ts';
import { dark, light } from '../../lib/draw/colours.ts';
import { renderBadge } from '../../lib/page/badge.ts';
import { makeSite } from '../commands/site.ts';
import { root } from '../process.ts';
import { configurationOf, temporaryFolder, worldIn } from '../world.ts';

const built = (name: string): string => readFileSync(join(root, 'dist', 'page', name), 'utf8');
const at = new Date('2026-11-20T12:00:00Z');

function serviceIn(t: TestContext) {
  const folder = temporaryFolder(t);
  const answer = pagesOf(worldIn(folder, { at, config: configurationOf('site: aurora') }), () => 'default');
  const signal = new AbortController().signal;
  return (path: string, host = '127.0.0.1:8790') =>
    answer({ host, path, query: new URLSearchParams(), accept: '' }, signal);
}

describe('the live page', () => {
  test('asks nothing of elsewhere, has no inline script or style, and at most 120 kB over the wire', () => {
    const parts = ['index.html', 'page.css', 'page.js'].map(built);
    const fonts = ['Regular', 'Bold'].map(
      (name) => readFileSync(join(root, 'ops', 'fonts', `Inter-${name}.woff2`)).length,
    );
    const bytes = [...parts.map((text) => gzipSync(text).length), ...fonts].reduce((sum, one) => sum + one, 0);
    assert.ok(bytes > 5000 && bytes <= 120_000, `${bytes} bytes`);
    const [html = '', ...others] = parts;
    assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\bstyle=|\son\w+=/);
    // The name of the SVG namespace is the only address, and nobody fetches it.
    for (const text of [html, ...others])
      assert.doesNotMatch(text.replaceAll('http://www.w3.org/2000/svg', ''), /https?:\/\/|@import|url\((?!#|fonts\/)/);
    assert.doesNotMatch(others.join(''), /innerHTML|insertAdjacentHTML|document\.write/);
  });

  test('has the colours of the pictures in both schemes', () => {
    const [day = '', night = ''] = built('page.css').split('prefers-color-scheme: dark');
    for (const [css, scheme] of [
      [day, light],
      [night, dark],
    ] as const)
      for (const [level, colour] of Object.entries(scheme.levels))
        assert.ok(css.includes(`--${level}: ${colour};`), level);
  });

  test('is answered under its own name only: another name may be an attacker’s', async (t) => {
    const ask = serviceIn(t);
    assert.equal((await ask('/live.json', 'evil.example:8790')).status, 421);
    assert.equal((await ask('/live.json', 'localhost:8790')).status, 200);
  });

  test('is a fixed list of names: nothing of the state’s other files', async (t) => {
    const ask = serviceIn(t);
    for (const path of [
      '/alerts/state.json',
      '/../alerts/state.json',
      '/runbooks/%2e%2e.md',
      '/runbooks/nothing.md',
      '/stages/',
    ])
      assert.equal((await ask(path)).status, 404, path);
    const runbook = await ask('/runbooks/filesystem-usage.md');
    assert.match(String(runbook.body), /## What to do/);
  });

  test('is served with its policy, and says of each missing file that it is missing', async (t) => {
    const ask = serviceIn(t);
    for (const path of ['/', '/latest.json', '/latest_health.json', '/trends.json'])
      assert.deepEqual(
        [(await ask(path)).status, String((await ask(path)).body).startsWith('there is no ')],
        [404, true],
        path,
      );
    const { headers = {} } = await ask('/badge.svg');
    assert.match(headers['content-security-policy'] ?? '', /default-src 'none'.*frame-ancestors 'none'/);
  });

  test('has an icon for each level, and fonts with their license', async (t) => {
    const ask = serviceIn(t);
    for (const name of ['green', 'amber', 'red', 'unknown', 'stale']) {
      const { status, type, body } = await ask(`/icons/${name}.svg`);
      assert.deepEqual([status, type], [200, 'image/svg+xml'], name);
      assert.match(String(body), /^<svg xmlns=.*<path .*<\/svg>\n$/, name);
    }
    assert.equal((await ask('/icons/blue.svg')).status, 404);
    const font = await ask('/fonts/Inter-Bold.woff2');
    assert.equal(Buffer.from(font.body).toString('latin1', 0, 4), 'wOF2');
    assert.match(font.headers?.['cache-control'] ?? '', /max-age/);
    assert.match(Buffer.from((await ask('/fonts/LICENSE')).body).toString(), /SIL OPEN FONT LICENSE/i);
    assert.equal((await ask('/fonts/Inter-Bold.ttf')).status, 404);
  });

  test('is written by build-dashboard, with the trends of the first snapshot', (t) => {
    const site = makeSite(t);
    for (const stage of ['collect-snapshot', 'assess-health', 'append-zarr', 'build-dashboard'])
      assert.equal(site.run(stage).status, 0, stage);
    for (const name of ['index.html', 'page.css', 'page.js'])
      assert.equal(readFileSync(join(site.state, 'page', name), 'utf8'), built(name));
    const trends = JSON.parse(readFileSync(join(site.state, 'page', 'trends.json'), 'utf8'));
    assert.equal(trends.times.length, 1);
    assert.ok(trends.groups.length > 3 && trends.cards.length > 0);
  });

  test('has a badge with the level and the time, in which a site’s name is text', () => {
    const health = { overall_level: 'red', snapshot_time_utc: '2026-11-20T12:00:00Z' } as never;
    const badge = renderBadge('<img onerror=x>', health);
    assert.match(badge, /red · 2026-11-20 12:00 UTC/);
    assert.doesNotMatch(badge, /<img/);
    assert.match(renderBadge('aurora', undefined), /unknown · no snapshot/);
  });
});
