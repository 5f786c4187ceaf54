// ops-monitor dashboard: serves the live page on this machine until a signal. It answers a fixed list of names and writes
// nothing; everybody else reaches it through a server that asks for a password (ops/docs/page.md).
import { postedAlerts, stateFile } from '../alerts/files.ts';
import { flatten } from '../archive/flatten.ts';
import { configOption, type Command, exitCodes, numberOption, textOption } from '../cli/command.ts';
import { openSite } from '../cli/site.ts';
import { noHost } from '../cli/stage.ts';
import { checkNames } from '../config/check-names.ts';
import { checks, sections } from '../config/registry.ts';
import type { Configuration } from '../config/schema.ts';
import { errorCode, Usage } from '../contract/errors.ts';
import type { FileLocation, FileSpec } from '../contract/file.ts';
import { defineService, type Page, type PageHandler, type ServiceWorld } from '../contract/service.ts';
import { join } from '../core/path.ts';
import { daysBefore } from '../core/time.ts';
import { currentHealth } from '../health/current.ts';
import { explain } from '../health/explanation.ts';
import { latestHealth } from '../health/files.ts';
import { monitorChecks } from '../health/monitor.ts';
import { openBrowser } from '../io/browser.ts';
import { readUnlinked } from '../io/files.ts';
import { serve } from '../io/server.ts';
import { storeFiles } from '../io/store.ts';
import { print, printError } from '../io/terminal.ts';
import { makeWorld } from '../io/world.ts';
import { renderBadge } from '../page/badge.ts';
import { pageFolder, trendsFile, usualPort } from '../page/files.ts';
import { iconNames, renderIcon } from '../page/icon.ts';
import { liveOf } from '../page/live.ts';
import { recentSamples } from '../page/recent.ts';
import { seriesOf } from '../page/series.ts';
import { trendsOf } from '../page/trends.ts';
import { latest } from '../snapshot/files.ts';
import { temperaturesOf, thermalState } from '../thermal/files.ts';
import { alertOfObservation, observationsBehind } from './counterparts.ts';

type World = ServiceWorld<Configuration>;
type OriginOf = (key: string) => string;

const types = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  svg: 'image/svg+xml',
  md: 'text/markdown; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  woff2: 'font/woff2',
} as const;

/** A meta element cannot say who may frame the page. */
const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};

const page = (type: keyof typeof types, body: Page['body']): Page => ({
  status: 200,
  type: types[type],
  body,
  headers,
});
/** A browser keeps these for a day; whatever tells a state is asked for each time. */
const lasting = (found: Page): Page => ({ ...found, headers: { ...headers, 'cache-control': 'max-age=86400' } });
const missing = (what: string): Page => ({ status: 404, type: 'text/plain', body: `there is no ${what}\n` });

const dashboardService = (originOf: OriginOf) =>
  defineService<Configuration>({
    name: 'dashboard',
    summary: 'serves the live page on this machine, until a signal',
    async run(world, until) {
      const port = Number(world.options['port']);
      const onProblem = (problem: string): void => printError(`dashboard: ${problem}`);
      const server = await serve({
        name: 'dashboard',
        port,
        deadlineMs: 10_000,
        until,
        answer: pagesOf(world, originOf),
        onProblem,
      }).catch((error: unknown) => {
        const isInUse = error instanceof Error && errorCode(error.cause) === 'EADDRINUSE';
        throw isInUse ? new Error(portInUse(port)) : error;
      });
      const address = `http://127.0.0.1:${server.port}/`;
      print(`The page is at ${address} (Ctrl+C ends it)`);
      if (world.options['open'] === true) openBrowser(address, onProblem);
      await server.closed;
    },
  });

const portInUse = (port: number): string =>
  `port ${port} is in use, perhaps by ops-monitor-dashboard.service, which serves the page already: open http://127.0.0.1:${port}/, or choose another port with --port`;

/** A name that an attacker pointed at 127.0.0.1 would make every page in the browser able to read this one. */
const ownNames = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

export function pagesOf(world: World, originOf: OriginOf): PageHandler {
  const live = liveReader(world);
  return async ({ host, path, query }) => {
    if (!ownNames.test(host))
      return { status: 421, type: 'text/plain', body: 'this server answers to 127.0.0.1 and localhost only\n' };
    const part = (name: string, type: keyof typeof types): Page => {
      const text = readUnlinked(join(pageFolder(world.places), name));
      return text === undefined
        ? missing(`${name} yet: build-dashboard writes it (in a checkout, after \`npm run build\`)`)
        : page(type, text);
    };
    const runbook = /^\/runbooks\/([a-z-]+)\.md$/.exec(path)?.[1];
    if (runbook !== undefined) return runbookPage(world, runbook);
    const icon = iconNames.find((name) => path === `/icons/${name}.svg`);
    if (icon) return lasting(page('svg', renderIcon(icon)));
    const font = fontNames.find((name) => path === `/fonts/${name}`);
    if (font) return fontPage(world, font);
    switch (path) {
      case '/':
      case '/index.html':
        return part('index.html', 'html');
      case '/page.css':
        return part('page.css', 'css');
      case '/page.js':
        return part('page.js', 'js');
      case '/trends.json':
        return part('trends.json', 'json');
      case '/latest.json':
        return textPage(await world.read(asText(latest)), 'latest.json');
      case '/latest_health.json':
        return textPage(await world.read(asText(latestHealth)), 'latest_health.json');
      case '/live.json':
        return page('json', await live());
      case '/explain.json':
        return explainPage(world, originOf, query.get('id') ?? '');
      case '/badge.svg':
        return page('svg', renderBadge(world.config.site, await healthNow(world).catch(() => undefined)));
      default:
        return missing('such page');
    }
  };
}

/** The page itself says what is wrong with a file that cannot be used. */
const asText = ({ summary, mode, fallsBack, path }: FileLocation): FileSpec<string> => ({
  summary,
  mode,
  format: 'text',
  path,
  ...(fallsBack === undefined ? {} : { fallsBack }),
});

const textPage = (text: string | undefined, name: string): Page =>
  text === undefined ? missing(`${name} yet`) : page('json', text);

async function healthNow(world: World) {
  const health = await world.read(latestHealth);
  return health && currentHealth(health, { config: world.config, stages: await world.stageRecords(), at: world.now() });
}

/** The answer holds for a few seconds: several people may look at once. */
const holdsMs = 5000;

function liveReader(world: World): () => Promise<string> {
  let kept: { readonly text: Promise<string>; readonly at: number } | undefined;
  return () => {
    const at = world.now().getTime();
    if (!kept || Math.abs(at - kept.at) > holdsMs) kept = { text: readLive(world), at };
    return kept.text;
  };
}

async function readLive(world: World): Promise<string> {
  const { config } = world;
  const at = world.now();
  const [state, posted, beat, health, trends] = [
    await world.read(stateFile).catch(() => undefined),
    await world.read(postedAlerts).catch(() => undefined),
    await world.read(thermalState).catch(() => undefined),
    await healthNow(world).catch(() => undefined),
    await world.read(trendsFile).catch(() => undefined),
  ];
  const since = trends?.times.at(-1) ?? daysBefore(at, 1).getTime() / 1000;
  const recent = seriesOf(recentSamples(world, since, sections, flatten));
  const {
    times,
    cards,
    groups,
    since: held,
  } = trendsOf(recent, { sections, checks, monitorChecks }, config, health, at);
  const shown = { times, cards, groups, since: held };
  return JSON.stringify(
    liveOf(state, posted, await world.stageRecords(), health, shown, observationsBehind, temperaturesOf(beat)),
  );
}

async function explainPage(world: World, originOf: OriginOf, id: string): Promise<Page> {
  try {
    const explained = await explain({ sections, checks }, id, world, originOf, undefined);
    return page(
      'json',
      JSON.stringify({ ...explained, alert: alertOfObservation(explained.observation.id, world.config) }),
    );
  } catch (error) {
    if (error instanceof Usage) return missing(`observation ${JSON.stringify(id)}`);
    throw error;
  }
}

function runbookPage({ product }: World, name: string): Page {
  const text = checkNames.includes(name)
    ? storeFiles.readText(join(product.folder, 'ops', 'runbooks', `${name}.md`))
    : undefined;
  return text === undefined ? missing('such runbook') : page('md', text);
}

/** The fonts of the pictures; their license lies beside them. */
const fontNames = ['Inter-Regular.woff2', 'Inter-Bold.woff2', 'LICENSE'] as const;

function fontPage({ product }: World, name: (typeof fontNames)[number]): Page {
  const bytes = storeFiles.readBytes(join(product.folder, 'ops', 'fonts', name));
  return bytes ? lasting(page(name === 'LICENSE' ? 'txt' : 'woff2', bytes)) : missing(name);
}

const stop = new AbortController();

export const dashboardCommand: Command = {
  name: 'dashboard',
  summary: 'serves the live page on this machine, until a signal',
  options: {
    ...configOption,
    port: { type: 'string', value: 'PORT', summary: `port on 127.0.0.1 (default: ${usualPort}; 0 takes a free one)` },
    open: { type: 'boolean', summary: 'open the page in the browser' },
  },
  stop,

  async run(asked) {
    const port = numberOption(asked, 'port', { byDefault: usualPort, least: 0, most: 65_535 });
    const { source, config, places } = await openSite(textOption(asked, 'config'));
    const { effectiveValues, originOf } = await import('../config/origin.ts');
    const effective = effectiveValues(source);
    const world = makeWorld({ config, places, openHost: noHost, options: { ...asked.options, port: String(port) } });
    await dashboardService((key) => originOf(effective, key)).run(world, stop.signal);
    return exitCodes.ok;
  },
};
