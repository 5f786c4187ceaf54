// A monitor that is blind for the sake of its machine: a full disk, a configuration that it cannot use, a stage that is killed.
// No outlet of the programs themselves may say that all is well. What is wrong with files and clocks: test/cycle/blind.test.ts.
import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { serveHttp } from '../http.ts';
import { environmentIn, root, runBeside } from '../process.ts';
import { readText } from '../world.ts';
import { fill, mountTmpfs } from './disks.ts';

const nobody = 65_534;
const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
const cycle = ['collect-snapshot', 'assess-health', 'write-report', 'send-alerts', 'confirm-cycle'];
/** The thing that hangs, and the others of the cycle. */
const configurationOf = (folder: string): string => `site: aurora
interval: 10s
files: { state: ${folder}/disk/state, raw: ${folder}/raw/raw, textfiles: ${folder}/textfiles }
filesystems: { data: ${folder}/textfiles }
limits: { filesystem: { amber: 99.9%, red: 100% }, inodes: { amber: 99.9%, red: 100% }, load: { amber: 90 } }
workspace: { path: ${folder}, network: false, usage: { command: [/bin/sh, ${folder}/quota.sh] } }
heartbeat: { url: $OPS_HEARTBEAT_URL }
`;

/** A site after two healthy cycles, of a user without rights, on three disks of its own. */
async function siteOn(t: TestContext) {
  const folder = mountTmpfs(t, 'size=16m');
  chmodSync(folder, 0o755);
  const disks = ['disk', 'raw', 'run', 'textfiles'].map((name) => {
    const disk = mountTmpfs(t, 'size=8m');
    return [name, disk] as const;
  });
  const own = (path: string): string => (chownSync(path, nobody, nobody), path);
  own(folder);
  for (const [, disk] of disks) own(disk);
  const at = Object.fromEntries(disks) as Record<'disk' | 'raw' | 'run' | 'textfiles', string>;
  const config = join(folder, 'config.yaml');
  const text = configurationOf(folder).replaceAll(
    new RegExp(`${folder}/(disk|raw|textfiles)`, 'g'),
    (_, name: keyof typeof at) => at[name],
  );
  const watchdog = await serveHttp(t, () => ({ status: 200 }));
  const env = {
    ...environmentIn(folder),
    XDG_RUNTIME_DIR: join(at.run, 'run'),
    OPS_MONITOR_CONFIG: config,
    OPS_HEARTBEAT_URL: `${watchdog.url}/ping`,
  };
  mkdirSync(env.XDG_RUNTIME_DIR, { mode: 0o700 });
  own(env.XDG_RUNTIME_DIR);
  const run = (bundle: string, argv: readonly string[] = [], prefix: readonly string[] = []) =>
    runBeside([...asNobody, ...prefix, process.execPath, join(root, 'dist', `${bundle}.cjs`), ...argv], env);
  let marked = 0;
  const site = {
    folder,
    at,
    config,
    text,
    asked: watchdog.asked,
    /** Pings before the last mark were those of a healthy site. */
    mark: () => (marked = watchdog.asked.length),
    askedBefore: () => marked,
    run,
    write: (content: string) => writeFileSync(config, content),
    goOn: async (stages = cycle) => {
      const ended = [];
      for (const stage of stages) ended.push(await run(stage));
      return ended;
    },
  };
  writeFileSync(join(folder, 'quota.sh'), `echo '{"used_bytes": 1, "limit_bytes": 10, "size_bytes": 10}'\n`);
  site.write(text);
  await site.goOn([...cycle, 'append-zarr', 'draw-quicklooks', 'build-dashboard']);
  await site.goOn();
  return site;
}

type Site = Awaited<ReturnType<typeof siteOn>>;

/** What each outlet says now; `ok` where it says that all is well. */
async function askOutlets(site: Site, id: string, sinceMs = 0): Promise<Record<string, string>> {
  const say = (said: string, isWell: boolean): string => (isWell ? 'ok' : said.trim().slice(0, 110));
  const read = (path: string): string => (existsSync(path) && statSync(path).isFile() ? readText(path) : '');
  const heartbeat = site.asked.slice(site.askedBefore()).at(-1);
  const explain = await site.run('explain', [id]);
  const nagios = await site.run('assess-health', ['--nagios']);
  const textfiles = readdirSync(site.at.textfiles).filter((name) => name.endsWith('.prom'));
  const prom = textfiles.map((name) => read(join(site.at.textfiles, name))).join('');
  const sample = (name: string): number => Number(new RegExp(`^ops_monitor_${name} (\\S+)$`, 'm').exec(prom)?.[1]);
  const isValid = sample('levels_valid_until_timestamp_seconds') >= Date.now() / 1000;
  const page = read(join(site.at.disk, 'state', 'health', 'latest_report.md'));
  const [, mark = 'none'] = /^\*\*\S+ (\w+)\*\*/m.exec(page) ?? [];
  const [, until = ''] = /hold until (\S+ \S+) UTC/.exec(page) ?? [];
  // It says the minute.
  const isHeld = Date.parse(`${until.replace(' ', 'T')}Z`) + (sinceMs > 0 ? 0 : 60_000) > Date.now();
  const isBroken = page.split('\n')[0]?.includes('broken') === true;
  const summary = await site.run('run-cycle', ['--only', 'cycle']);
  return {
    explain: say(
      explain.stderr || (/level +(.*)/.exec(explain.stdout)?.[1] ?? ''),
      /level +green,/.test(explain.stdout),
    ),
    nagios: say(nagios.stdout.split(' - ')[1] ?? nagios.stderr, nagios.status === 0),
    summary: say(`${summary.status} ${summary.stderr}`, summary.status === 0 && summary.stdout.includes('● GREEN')),
    textfiles: say(
      isValid ? `level ${sample('overall_level')}, ${sample('cycle_missing')} missing` : 'out of date',
      isValid && sample('overall_level') === 0 && sample('cycle_missing') === 0,
    ),
    report: say(isBroken ? 'broken' : isHeld ? mark : `${mark}, out of date`, mark === 'GREEN' && !isBroken && isHeld),
    heartbeat: say(
      `${heartbeat?.path} ${heartbeat?.body}`,
      heartbeat?.path === '/ping' && /\(0 red, 0 unknown, 0 amber/.test(heartbeat.body),
    ),
  };
}

const usage = 'filesystem-usage:data';
const outcome = 'stage-outcome:collect-snapshot';

interface Case {
  readonly breaks: (site: Site) => Promise<unknown> | void;
  readonly id?: string;
  /** Nothing could replace what was written before, which holds for so long. */
  readonly waitMs?: number;
}

const tooOldMs = 31_000;

const cases: Readonly<Record<string, Case>> = {
  'the disk of the state is full': { id: outcome, waitMs: tooOldMs, breaks: ({ at }) => fill(at.disk) },
  'the disks of the state, the raw lines and the runtime folder are full': {
    waitMs: tooOldMs,
    breaks: ({ at }) => (fill(at.disk), fill(at.raw), fill(at.run)),
  },
  'the disk of the raw lines is full': { id: outcome, breaks: ({ at }) => fill(at.raw) },
  'the configuration is broken': { breaks: ({ write, text }) => write(`${text}intervall: 5m\n`) },
  'the configuration is missing': { breaks: ({ config }) => rmSync(config) },
  'the configuration was emptied': { breaks: ({ write }) => write('') },
  'only comments are left in the configuration': { breaks: ({ write }) => write('# site: aurora\n---\n') },
  'the configuration may not be read': { breaks: ({ config }) => chmodSync(config, 0o600) },
  'a stage is killed at the time limit of its unit': {
    id: outcome,
    breaks: async ({ folder, run }) => {
      writeFileSync(join(folder, 'quota.sh'), 'sleep 1000\n');
      const { status } = await run('collect-snapshot', [], ['timeout', '-k', '1', '1']);
      assert.ok(status === 124 || status === 137, String(status));
    },
  },
};

describe('a blind monitor', () => {
  test('a healthy site is ok everywhere, also while the runtime folder is full: nothing is lost by that', async (t) => {
    const site = await siteOn(t);
    for (const _ of [1, 2]) {
      const said = await askOutlets(site, usage);
      assert.deepEqual(new Set(Object.values(said)), new Set(['ok']), JSON.stringify(said, undefined, 1));
      fill(site.at.run);
      await site.goOn();
    }
  });

  const table: string[] = [];
  for (const [reason, { breaks, id = usage, waitMs = 0 }] of Object.entries(cases))
    test(`no outlet says ok: ${reason}`, async (t) => {
      const site = await siteOn(t);
      site.mark();
      await breaks(site);
      await site.goOn(reason.startsWith('a stage') ? cycle.slice(1) : cycle);
      if (waitMs > 0) {
        await sleep(waitMs);
        await site.goOn();
      }
      const said = await askOutlets(site, id, waitMs);
      table.push(
        `${reason}: ${Object.entries(said)
          .map(([outlet, words]) => `${outlet}: ${words}`)
          .join(' | ')}`,
      );
      const well = Object.keys(said).filter((outlet) => said[outlet] === 'ok');
      assert.deepEqual(well, [], table.at(-1));
    });

  test('there are nine reasons', (t) => {
    for (const line of table) t.diagnostic(line);
    assert.ok(table.length >= 9);
  });
});
