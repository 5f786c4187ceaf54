// run-boot: starts the components of the configuration in the order of their dependencies, and waits until each is ready.
import { Usage } from '../contract/errors.ts';
import type { Push } from '../contract/push.ts';
import { type OpenRunFolder, runFolderId } from '../contract/run-folder.ts';
import { defineStage, type World } from '../contract/stage.ts';
import type { LiveOutput } from '../contract/task.ts';
import { join } from '../core/path.ts';
import { formatDuration, milli } from '../core/quantity.ts';
import type { AskTools } from '../engine/answer.ts';
import { startComponent } from './component.ts';
import type { Boot, BootConfig } from './config.ts';
import {
  bootFolder,
  bootHistory,
  bootSummary,
  type BootSummary,
  bootTextfile,
  bootTextfileCopy,
  type ComponentResult,
} from './files.ts';
import { describeComponent, renderBoot, renderPlan } from './render.ts';
import { renderBootMetrics } from './textfile.ts';
import { drawTimeline } from './timeline.ts';

export interface BootTools extends Pick<AskTools, 'runTask' | 'whyUnreachable'> {
  readonly openRunFolder: OpenRunFolder;
  readonly live: LiveOutput;
}

const keptRuns = 20;

export const runBoot = <Config extends BootConfig>({ push, ...tools }: BootTools & { readonly push: Push<Config> }) =>
  defineStage<Config>({
    name: 'run-boot',
    summary: 'starts components in the order of their dependencies, waits until each is ready, and times that',
    reads: [],
    writes: [bootSummary, bootHistory, bootTextfile],
    // Longer than the time limits of all attempts together, which are below a day.
    deadlineMs: 86_400_000,
    options: {
      push: { type: 'boolean', summary: 'push the result to the Pushgateway as well (ops/docs/push.md)' },
      'exit-code': { type: 'boolean', summary: 'exit with 1 where a component is not ready' },
    },

    checkUsage(world) {
      bootOf(world);
      if (world.options['push'] === true) push.check(world);
    },

    async run(world) {
      const boot = bootOf(world);
      if (world.options['dry-run'] === true)
        return {
          counts: { components: Object.keys(boot.components).length },
          problems: [],
          text: renderPlan(boot, world.width),
        };
      const summary = await startAll(world, boot, tools);
      const metrics = renderBootMetrics(summary);
      await world.replace(bootSummary, summary);
      await world.append(bootHistory, summary);
      await world.replace(bootTextfile, metrics);
      if (boot['copy-to'] !== undefined) await world.replace(bootTextfileCopy(boot['copy-to']), metrics);
      const notReady = summary.components.flatMap(({ name, outcome, reason }) =>
        outcome === 'ready' ? [] : [`${name} ${outcome === 'failed' ? 'failed' : 'was skipped'}: ${reason}`],
      );
      const unpushed = world.options['push'] === true ? await push.textfile(world, bootTextfile, metrics) : [];
      return {
        counts: summary.counts,
        problems: [...notReady, ...unpushed],
        json: summary,
        text: renderBoot(summary, world.width),
        ...(world.options['exit-code'] === true ? { exitCode: summary.verdict === 'pass' ? 0 : 1 } : {}),
      };
    },
  });

function bootOf({ config: { boot } }: World<BootConfig>): Boot {
  if (!boot) throw new Usage('the configuration has no `boot`: there is nothing to start');
  return boot;
}

async function startAll(world: World<BootConfig>, boot: Boot, tools: BootTools): Promise<BootSummary> {
  const started = world.now();
  const began = world.monotonicMs();
  const elapsed = (): number => (world.monotonicMs() - began) / 1000;
  const id = runFolderId(started);
  const folder = tools.openRunFolder(bootFolder(world.places), id, keptRuns);
  const components = await startInOrder(world, boot, tools, { elapsed, folder: folder.path });
  const summary: BootSummary = {
    ...summaryOf(components),
    decided_at: world.now().toISOString(),
    run_id: world.runId,
    started_at: started.toISOString(),
    seconds: milli(elapsed()),
    components,
    artifacts: join(bootFolder(world.places), 'runs', id),
  };
  folder.write('summary.json', `${JSON.stringify(summary, undefined, 2)}\n`);
  folder.write('boot_metrics.prom', renderBootMetrics(summary));
  folder.write('timeline.txt', `${renderBoot(summary, Infinity)}\n`);
  folder.write('timeline.svg', drawTimeline(summary));
  folder.publish();
  return summary;
}

interface Place {
  readonly elapsed: () => number;
  readonly folder: string;
}

async function startInOrder(
  { openHost }: World<BootConfig>,
  { components }: Boot,
  { live, ...tools }: BootTools,
  { elapsed, folder }: Place,
): Promise<ComponentResult[]> {
  const waiting = new Map<string, number>();
  const tick = setInterval(() => {
    const words = [...waiting].map(([name, began]) => `${name} (${formatDuration(elapsed() - began)})`);
    live.status(words.length === 0 ? '' : `waits for ${words.join(', ')}`);
  }, 500);
  const results = new Map<string, Promise<ComponentResult>>();
  const resultOf = (name: string): Promise<ComponentResult> => {
    const known = results.get(name) ?? start(name);
    results.set(name, known);
    return known;
  };
  const start = async (name: string): Promise<ComponentResult> => {
    const component = components[name];
    if (!component) throw new Error(`there is no component ${name}`);
    const needed = await Promise.all(component.after.map(resultOf));
    const missing = needed.find(({ outcome }) => outcome !== 'ready');
    if (missing) {
      const result = skipped(name, missing, elapsed());
      live.ended(describeComponent(result));
      return result;
    }
    waiting.set(name, elapsed());
    const onLine = (of: string, line: string): void => live.line(`${of}: ${line}`);
    const result = await startComponent(name, component, { ...tools, openHost, elapsed, folder, onLine });
    waiting.delete(name);
    live.ended(describeComponent(result));
    return result;
  };
  try {
    return await Promise.all(Object.keys(components).map(resultOf));
  } finally {
    clearInterval(tick);
    live.status('');
  }
}

const skipped = (name: string, { name: needed, outcome }: ComponentResult, at: number): ComponentResult => ({
  name,
  outcome: 'skipped',
  began_seconds: milli(at),
  seconds: 0,
  reason: `it needs ${needed}, which ${outcome === 'failed' ? 'failed' : 'was skipped'}`,
  attempts: [],
});

function summaryOf(components: readonly ComponentResult[]) {
  const failed = components.filter(({ outcome }) => outcome === 'failed');
  const ready = components.filter(({ outcome }) => outcome === 'ready');
  const [first] = failed;
  return {
    schema_version: 1,
    verdict: ready.length === components.length ? ('pass' as const) : ('fail' as const),
    ...(first ? { reason: `${first.name}: ${first.reason}` } : {}),
    counts: {
      components: components.length,
      components_ready: ready.length,
      components_failed: failed.length,
      components_skipped: components.length - ready.length - failed.length,
      first_attempt_successes: ready.filter(({ attempts }) => attempts.length === 1).length,
      retries: components.reduce((sum, { attempts }) => sum + Math.max(0, attempts.length - 1), 0),
    },
  };
}
