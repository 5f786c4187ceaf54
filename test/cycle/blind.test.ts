// A monitor that is dead, blind or misled: nothing that shows a level may say that all is well.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { describe, type TestContext } from 'node:test';
import { runStage, type StageRun } from '../../lib/cli/stage.ts';
import { checks, sections } from '../../lib/config/registry.ts';
import type { Configuration } from '../../lib/config/schema.ts';
import { confirmCycle } from '../../lib/confirm/confirm.ts';
import type { Host } from '../../lib/contract/host.ts';
import type { Net } from '../../lib/contract/net.ts';
import type { Stage } from '../../lib/contract/stage.ts';
import { renderSummary } from '../../lib/cycle/summary.ts';
import { written } from '../../lib/cycle/written.ts';
import { assessHealth } from '../../lib/health/assess.ts';
import { currentHealth } from '../../lib/health/current.ts';
import { explain } from '../../lib/health/explanation.ts';
import { latestHealth } from '../../lib/health/files.ts';
import { writeReport } from '../../lib/report/report.ts';
import { collectSnapshot } from '../../lib/snapshot/collect.ts';
import { hostOf } from '../host.ts';
import { configurationOf, placesIn, readText, runId, temporaryFolder, worldIn } from '../world.ts';

const mounts = '27 1 254:1 / / rw - ext4 /dev/vda1 rw\n';
const dataMount = '31 27 254:16 / /data rw - ext4 /dev/vdb rw\n';
const texts: Readonly<Record<string, string>> = {
  '/proc/loadavg': '0.10 0.10 0.10 1/100 4242\n',
  '/proc/meminfo': 'MemTotal: 1000 kB\nMemAvailable: 900 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n',
  '/proc/uptime': '5000.00 9000.00\n',
  '/proc/vmstat': 'nr_free_pages 1\noom_kill 0\n',
  '/sys/devices/system/cpu/online': '0-3\n',
  '/proc/sys/kernel/random/boot_id': '6a1f\n',
  '/proc/self/mountinfo': `${mounts}${dataMount}`,
  '/etc/fstab': '/dev/vdb /data ext4 defaults 0 2\n',
};
const healthy: Partial<Host> = {
  readText: async (path) => texts[path] ?? hostOf({}).readText(path),
  stat: async (path) =>
    path === '/data' ? { kind: 'folder', size_bytes: 0, modified_at: '2026-01-01T00:00:00Z' } : hostOf({}).stat(path),
  statfs: async () => ({
    block_bytes: 4096,
    blocks: 1000,
    free_blocks: 900,
    available_blocks: 900,
    inodes: 100,
    free_inodes: 90,
  }),
};
const fails = async (): Promise<never> => Promise.reject(new Error('it hangs'));

const assess = assessHealth({ sections, checks });
const report = writeReport(sections, currentHealth);
const watched = written.filter(({ name }) => ['collect-snapshot', 'assess-health', 'write-report'].includes(name));

/** A site after one healthy cycle. */
async function siteIn(t: TestContext) {
  const folder = temporaryFolder(t);
  const places = placesIn(folder);
  const config = configurationOf('site: aurora\nfilesystems: { data: /data }\nheartbeat: { url: $BEAT }');
  const pings: string[] = [];
  const net: Net = {
    secret: (name) => ({ value: `https://beat.example.org/${name}` }),
    request: async ({ url, body }) => {
      pings.push(`${url.endsWith('/fail') ? 'failure' : 'success'}: ${body}`);
      return { status: 200, response_ms: 1, body: 'OK', headers: {} };
    },
  };
  const run = async (
    stage: Stage<Configuration>,
    host: Partial<Host> = healthy,
    simulation?: StageRun['simulation'],
  ): Promise<void> => {
    const opened = { config, places, options: {}, openHosts: async () => () => hostOf(host) };
    await runStage(stage, { ...opened, ...(simulation ? { simulation } : {}) });
  };
  const confirm = confirmCycle(watched, async () => net);
  const path = (name: string): string => join(name === 'latest.json' ? places.raw : places.state, name);
  const site = {
    folder,
    places,
    config,
    pings,
    run,
    confirm,
    path,
    /** The stages after collect-snapshot, or after the given one. */
    goOn: async (after: readonly Stage<Configuration>[] = [assess, report]) => {
      for (const stage of [...after, confirm]) await run(stage);
    },
    edit: (name: string, change: (content: Record<string, unknown>) => object) =>
      writeFileSync(path(name), JSON.stringify(change(JSON.parse(readText(path(name))) as Record<string, unknown>))),
  };
  await run(collectSnapshot);
  await site.goOn();
  return site;
}

type Site = Awaited<ReturnType<typeof siteIn>>;

const read = (path: string): string => (existsSync(path) && statSync(path).isFile() ? readText(path) : '');
const sample = (text: string, name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);

/** What each outlet says at that time; `ok` where it says that all is well. */
async function askOutlets(site: Site, id: string, at: Date): Promise<Record<string, string>> {
  const { folder, config, places } = site;
  const world = (options = {}) => worldIn(folder, { at, config, options, dryRun: () => undefined });
  const say = (said: string, isWell: boolean): string => (isWell ? 'ok' : said);
  const refused = (error: unknown): string => `refused: ${error instanceof Error ? error.message : String(error)}`;
  const shown = async () => {
    const health = await world().read(latestHealth);
    if (!health) throw new Error('no health');
    return currentHealth(health, { config, stages: await world().stageRecords(), at });
  };
  const prom = read(join(places.textfiles, 'ops_monitor_health.prom'));
  const cycleProm = read(join(places.textfiles, 'ops_monitor_cycle.prom'));
  const isValid = sample(prom, 'ops_monitor_levels_valid_until_timestamp_seconds') >= at.getTime() / 1000;
  const isFuture = sample(prom, 'ops_monitor_assessment_timestamp_seconds') > at.getTime() / 1000 + 300;
  const level = sample(prom, 'ops_monitor_overall_level');
  const missing = sample(cycleProm, 'ops_monitor_cycle_missing');
  const page = read(join(places.state, 'health', 'latest_report.md'));
  const [, mark = 'none'] = /^\*\*\S+ (\w+)\*\*/m.exec(page) ?? [];
  const [, until = ''] = /hold until (\S+ \S+) UTC/.exec(page) ?? [];
  const [, taken = ''] = /^Snapshot of (\S+ \S+) UTC/m.exec(page) ?? [];
  const isCurrent =
    Date.parse(`${until.replace(' ', 'T')}Z`) >= at.getTime() &&
    Date.parse(`${taken.replace(' ', 'T')}Z`) <= at.getTime() + 300_000;
  const nagios = await assess.run(world({ nagios: true })).then(
    ({ exitCode, text }) => say(`${exitCode} ${text?.split(' - ')[1]?.slice(0, 60)}`, exitCode === 0),
    (error: unknown) => say(refused(error), assess.renderFailure?.(error, ['--nagios'])?.exitCode === 0),
  );
  const lastPing = site.pings.at(-1) ?? 'no ping';
  const isDead = Math.abs(at.getTime() - Date.now()) > 3600_000;
  return {
    explain: await explain({ sections, checks }, id, world(), () => '', undefined).then(
      ({ observation }) => say(observation.level, observation.level === 'green'),
      refused,
    ),
    nagios,
    summary: await shown().then((health) => {
      const paint = (_style: string, text: string): string => text;
      const snapshot = undefined;
      const text = renderSummary({
        health,
        snapshot,
        version: '0',
        files: [],
        paint,
        width: Infinity,
        explainWith: '',
      });
      return say(/● (\w+)/.exec(text)?.[1] ?? 'none', text.includes('● GREEN'));
    }, refused),
    textfiles: say(
      isValid && !isFuture ? `level ${level}, ${missing} missing` : 'out of date',
      isValid && !isFuture && level === 0 && missing === 0,
    ),
    report: say(isCurrent ? mark : `${mark}, out of date`, mark === 'GREEN' && isCurrent),
    heartbeat: isDead
      ? 'no ping'
      : say(lastPing.slice(0, 90), /^success: .*\(0 red, 0 unknown, 0 amber, [1-9]/.test(lastPing)),
  };
}

interface Case {
  readonly reason: string;
  /** Breaks the site; the stages that still work run afterwards. */
  readonly breaks: (site: Site) => Promise<void> | void;
  readonly id?: string;
  /** Seconds from now at which the outlets are asked; then no stage runs after the fault. */
  readonly later?: number;
  /** Outlets that do not use what is broken, and so say rightly what is: Nagios judges anew. */
  readonly unaffected?: readonly string[];
}

const hours = 3600;
const usage = 'filesystem-usage:data';
const outcome = 'stage-outcome:collect-snapshot';
const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();
const onSnapshot = (change: (snapshot: Record<string, unknown>) => object) => (site: Site) =>
  site.edit('latest.json', change);
const at = (time: string) => ({ time_utc: time, snapshot_time_utc: time });
/** Leaves the note of a run that was killed. */
function killed(site: Site, stage: string): void {
  const deadline = new Date(Date.now() + 90_000).toISOString();
  const note = `process 4194304, since ${new Date().toISOString()}\nstart 1, deadline ${deadline}\n`;
  writeFileSync(join(site.places.state, 'locks', `${stage}.holder`), note);
}
/** Breaks something after assess-health, before write-report. */
const afterAssess = (breaks: (site: Site) => void) => async (site: Site) => {
  breaks(site);
  await site.goOn([report]);
};
/** Makes a folder in place of the file, which then cannot be replaced. */
function block(path: string): void {
  if (existsSync(path)) renameSync(path, `${path}.old`);
  mkdirSync(join(path, 'in the way'), { recursive: true });
}

const cases: Case[] = [
  { reason: 'no run for 3 h: the timer was stopped', breaks: () => undefined, later: 3 * hours },
  { reason: 'no run for a year', breaks: () => undefined, later: 365 * 24 * hours },
  { reason: 'clock set back by a day', breaks: () => undefined, later: -24 * hours },
  { reason: 'clock set back to 1970', breaks: () => undefined, later: -Date.now() / 1000 + 60 },
  {
    reason: 'a whole cycle in 1970',
    later: -Date.now() / 1000 + 60,
    breaks: async (site) => {
      const clock = { now: () => new Date(60_000), monotonicMs: () => 0 };
      for (const stage of [collectSnapshot, assess, report, site.confirm])
        await site.run(stage, healthy, { clock, runId, hostname: 'vm' });
    },
  },
  { reason: 'snapshot of a newer version', breaks: onSnapshot((one) => ({ ...one, schema_version: 2 })) },
  { reason: 'snapshot torn', breaks: ({ path }) => writeFileSync(path('latest.json'), '{"schema_version": 1, "ti') },
  { reason: 'snapshot empty', breaks: ({ path }) => writeFileSync(path('latest.json'), '') },
  { reason: 'snapshot is an empty object', breaks: ({ path }) => writeFileSync(path('latest.json'), '{}') },
  { reason: 'snapshot gone', breaks: ({ path }) => rmSync(path('latest.json')) },
  { reason: 'snapshot from the future', breaks: onSnapshot((one) => ({ ...one, ...at(ago(-20 * hours)) })) },
  { reason: 'snapshot too old', breaks: onSnapshot((one) => ({ ...one, ...at(ago(hours)) })) },
  { reason: 'snapshot without a time', breaks: onSnapshot((one) => ({ ...one, ...at('yesterday') })) },
  { reason: 'snapshot of another site', breaks: onSnapshot((one) => ({ ...one, site: 'borealis' })) },
  { reason: 'snapshot without sections', breaks: onSnapshot((one) => ({ ...one, sections: {} })) },
  { reason: 'probe fails', breaks: (site) => site.run(collectSnapshot, { ...healthy, statfs: fails }) },
  { reason: 'every probe fails', breaks: (site) => site.run(collectSnapshot, { readText: fails, stat: fails }) },
  {
    reason: 'disk not mounted',
    breaks: (site) =>
      site.run(collectSnapshot, {
        ...healthy,
        readText: async (path) => (path === '/proc/self/mountinfo' ? mounts : (texts[path] ?? fails())),
      }),
  },
  {
    reason: 'collect-snapshot fails',
    id: outcome,
    breaks: async (site) => {
      block(site.path('latest.json'));
      await site.run(collectSnapshot);
    },
  },
  { reason: 'collect-snapshot was killed', id: outcome, breaks: (site) => killed(site, 'collect-snapshot') },
  {
    reason: 'textfile cannot be written',
    unaffected: ['explain', 'nagios', 'summary', 'report'],
    breaks: (site) => block(join(site.places.textfiles, 'ops_monitor_health.prom')),
  },
  { reason: 'assess-health cannot write its result', breaks: (site) => block(site.path('health/latest_health.json')) },
  {
    reason: 'assess-health was killed',
    unaffected: ['nagios'],
    later: 0,
    breaks: async (site) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      killed(site, 'assess-health');
      await site.goOn([report]);
    },
  },
  {
    reason: 'health torn',
    later: 0,
    breaks: afterAssess(({ path }) => writeFileSync(path('health/latest_health.json'), '{"sch')),
  },
  {
    reason: 'health empty',
    later: 0,
    breaks: afterAssess(({ path }) => writeFileSync(path('health/latest_health.json'), '')),
  },
  { reason: 'health gone', later: 0, breaks: afterAssess(({ path }) => rmSync(path('health/latest_health.json'))) },
  {
    reason: 'health of another site',
    unaffected: ['nagios', 'textfiles', 'heartbeat'],
    later: 0,
    breaks: afterAssess((site) => site.edit('health/latest_health.json', (one) => ({ ...one, site: 'borealis' }))),
  },
  {
    reason: 'health of a newer version',
    unaffected: ['nagios', 'textfiles', 'heartbeat'],
    later: 0,
    breaks: afterAssess((site) => site.edit('health/latest_health.json', (one) => ({ ...one, schema_version: 2 }))),
  },
  {
    reason: 'record of a newer version',
    id: outcome,
    breaks: (site) => site.edit('stages/collect-snapshot.json', (one) => ({ ...one, schema_version: 2 })),
  },
  {
    reason: 'record torn',
    id: outcome,
    breaks: ({ path }) => writeFileSync(path('stages/collect-snapshot.json'), '{"st'),
  },
  {
    reason: 'record empty',
    id: outcome,
    breaks: ({ path }) => writeFileSync(path('stages/collect-snapshot.json'), ''),
  },
  {
    reason: 'record of another stage',
    id: outcome,
    breaks: (site) => site.edit('stages/collect-snapshot.json', (one) => ({ ...one, stage: 'write-report' })),
  },
  {
    reason: 'record from the future',
    id: outcome,
    breaks: (site) => site.edit('stages/collect-snapshot.json', (one) => ({ ...one, started_at: ago(-24 * hours) })),
  },
];

describe('cycle/blind', () => {
  test('a healthy cycle is ok everywhere', async (t) => {
    const said = await askOutlets(await siteIn(t), usage, new Date());
    assert.deepEqual(new Set(Object.values(said)), new Set(['ok']), JSON.stringify(said, undefined, 1));
  });

  const table: string[] = [];
  for (const { reason, breaks, id = usage, later, unaffected = [] } of cases)
    test(`no outlet says ok: ${reason}`, async (t) => {
      const site = await siteIn(t);
      await breaks(site);
      if (later === undefined) await site.goOn();
      const said = await askOutlets(site, id, new Date(Date.now() + (later ?? 0) * 1000));
      table.push(
        `${reason}: ${Object.entries(said)
          .map(([outlet, words]) => `${outlet}: ${words}`)
          .join(' | ')}`,
      );
      const well = Object.entries(said).flatMap(([outlet, words]) =>
        words === 'ok' && !unaffected.includes(outlet) ? [outlet] : [],
      );
      assert.deepEqual(well, [], table.at(-1));
    });

  test('there are at least twenty reasons', (t) => {
    for (const line of table) t.diagnostic(line);
    assert.ok(cases.length >= 20 && table.length === cases.length);
  });
});
