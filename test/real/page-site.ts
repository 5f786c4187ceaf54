// What the tests of the live page in a browser share: a site whose page is served, and Debian's Chromium.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, type TestContext } from 'node:test';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import type { Health } from '../../lib/health/files.ts';
import { makeSite } from '../commands/site.ts';
import { root } from '../process.ts';
import { until } from '../world.ts';
import { installPackages } from './packages.ts';

export const hostile = '<img src=x onerror=alert(1)>';

/** One browser for all tests of a file. Needs root for the package. */
export function useBrowser(): () => Browser {
  let browser: Browser | undefined;
  before(async () => {
    installPackages('chromium');
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  });
  after(() => browser?.close());
  return () => browser ?? assert.fail('the browser was not started');
}

export type Change = (health: Health) => object;

export const green: Change = (health) => ({
  ...health,
  observations: health.observations.map((one) => ({ ...one, level: 'green' })),
});

/** 300 checks and 40 streams more, with names that are markup and a level of each kind; `round` changes a tenth of them. */
export const many =
  (round = 0): Change =>
  (health) => {
    const [pattern] = health.observations;
    const levels = ['red', 'amber', 'unknown', 'green'] as const;
    const more = Array.from({ length: 300 }, (_, index) => ({
      ...pattern,
      id: `stream-age:${index < 40 ? hostile : 's'}${index}`,
      check: 'stream-age',
      level: levels[(index % 10 === round % 10 ? index + round : index) % 4],
      message: `${hostile} is ${index} old, ${index % 10 === round % 10 ? round : 0}`,
    }));
    return { ...health, observations: [...health.observations, ...more] };
  };

/** A site whose page is served; `change` rewrites the assessment before the page reads it. */
export async function servedSite(
  t: TestContext,
  change: Change = (health) => health,
  stages: readonly string[] = ['collect-snapshot', 'assess-health', 'append-zarr', 'build-dashboard'],
) {
  const site = makeSite(t);
  for (const stage of stages) assert.equal(site.run(stage).status, 0, stage);
  const path = join(site.state, 'health', 'latest_health.json');
  const rewrite = (by: Change): void => writeFileSync(path, JSON.stringify(by(site.health())));
  rewrite(change);
  return { ...site, rewrite, ...(await serveSite(t, site.env)) };
}

/** The dashboard as it is installed, on a free port. */
export async function serveSite(t: TestContext, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [join(root, 'dist', 'dashboard.cjs'), '--port', '0'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill());
  const [said] = await once(child.stdout.setEncoding('utf8'), 'data');
  const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(String(said))?.[0] ?? assert.fail(String(said));
  return { url, child };
}

/** Opens a page and waits until it has read its files. `asked` are its requests, `wrong` its errors and dialogs. */
export async function openPage(t: TestContext, browser: Browser, url: string, more: BrowserContextOptions = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...more });
  t.after(() => context.close());
  const page = await context.newPage();
  const [asked, wrong]: [string[], string[]] = [[], []];
  page.on('request', (request) => asked.push(request.url()));
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('dialog', (dialog) => wrong.push(`a dialog: ${dialog.message()}`));
  page.on('console', (message) => {
    // A missing file is reported by the browser, too: the page itself says what is missing.
    if (message.type() === 'error' && !/status of 404|ERR_CONNECTION_REFUSED/.test(message.text()))
      wrong.push(message.text());
  });
  await page.goto(url);
  await drawn(page);
  return { page, context, asked, wrong };
}

/** Not by waitForFunction, whose eval the page's policy refuses. */
export const drawn = (page: Page): Promise<void> => until(async () => (await page.locator('.waiting').count()) === 0);

export const headline = (page: Page): Promise<string | null> => page.textContent('#headline');

/** The page asks at once when it is shown again. */
export const askAgain = (page: Page): Promise<unknown> =>
  page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');

/** Names of the rules of accessibility that the page breaks as it is now. */
export async function violationsIn(page: Page): Promise<string[]> {
  const found = await page.evaluate<{ violations: { id: string }[] }>(`${axe.source}; axe.run()`);
  return found.violations.map(({ id }) => id);
}
