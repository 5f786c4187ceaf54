// push-metrics: pushes a textfile to a Pushgateway, by way of the outbox; and `--push` of the stages that write textfiles.
import { Usage } from '../contract/errors.ts';
import type { Push } from '../contract/push.ts';
import { defineStage, type Outcome, type World } from '../contract/stage.ts';
import { fold } from '../core/columns.ts';
import { listed, readingReason, reasonOf } from '../core/text.ts';
import type { PushConfig } from './config.ts';
import { describePush, methods } from './entry.ts';
import { jobOf } from './group.ts';
import { refusalOf, replacedLabels } from './refusals.ts';
import { addressOf, groupOf } from './request.ts';
import { problemsOf, push, type PushMeans, type Request, sendWaiting } from './send.ts';

/** As JSON in the outbox a byte may take six, and a file there has at most 64 MiB. */
const mostBytes = 8 * 1024 * 1024;

export const pushMetrics = (means: PushMeans) =>
  defineStage<PushConfig>({
    name: 'push-metrics',
    summary: 'pushes a textfile to a Prometheus Pushgateway, and retries pushes that were not accepted',
    operand: { word: 'FILE' },
    reads: [],
    writes: [],
    locksItself: true,
    // 60 s for sending, the longest request of 60 s after that, and 30 s to spare.
    deadlineMs: 150_000,
    options: {
      job: {
        type: 'string',
        value: 'NAME',
        summary: 'job of the group (default: `push.jobs`, else the name of the file: alpha-gate for alpha_gate.prom)',
      },
      group: {
        type: 'string',
        value: 'LABEL=VALUE',
        isRepeatable: true,
        summary: 'one more label of the group; may be given several times',
      },
      url: { type: 'string', value: 'URL', summary: 'push to this address, and not to that of the configuration' },
      method: {
        type: 'string',
        value: 'METHOD',
        summary:
          'put: replace all metrics of the group (default); post: only those of the same names; delete: remove the group',
      },
      flush: { type: 'boolean', summary: 'push only what waits from before, at once' },
    },

    async run(world) {
      const { options, operand } = world;
      if (options['flush'] === true) {
        const { job, url, method } = options;
        if (operand !== undefined || [job, url, method].some((given) => given !== undefined) || world.lists['group'])
          throw new Usage('--flush pushes what waits: it takes no file, and no option of a push');
        return options['dry-run'] === true ? nothingDone('would push what waits') : flushAll(world, means);
      }
      const { request, problems } = await requestFor(world);
      const size = request.text === undefined ? '' : ` (${Buffer.byteLength(request.text)} bytes)`;
      if (options['dry-run'] === true) return nothingDone(`would send the ${describePush(request)}${size}`, problems);
      const { state, words, flushed } = await push(world, means, request);
      const all = [...problems, ...problemsOf(flushed)];
      const what = describePush(request);
      if (state === 'dead') throw new Error(`the ${what} was refused: ${words}`);
      const { waiting, dead } = flushed;
      return {
        counts: { ...countsOf(flushed) },
        problems: all,
        json: { state, words, waiting, dead, problems: all },
        text: fold(
          `${what}${size}: ${state === 'sent' ? 'accepted' : `it waits on disk (${words})`}`,
          world.width,
        ).join('\n'),
      };
    },
  });

const nothingDone = (text: string, problems: readonly string[] = []): Outcome => ({ counts: {}, problems, text });

async function flushAll(world: World<PushConfig>, means: PushMeans): Promise<Outcome> {
  const flushed = await sendWaiting(world, means, true);
  const counts = countsOf(flushed);
  const problems = problemsOf(flushed);
  return { counts, problems, json: { ...counts, problems }, text: `${counts.sent} sent, ${counts.waiting} waiting` };
}

const countsOf = ({ happened, waiting, dead, replaced }: Awaited<ReturnType<typeof sendWaiting>>) => ({
  sent: happened.filter(({ kind }) => kind === 'sent').length,
  waiting,
  dead,
  replaced,
});

async function requestFor(world: World<PushConfig>): Promise<{ request: Request; problems: string[] }> {
  const { config, options, operand: path, lists } = world;
  const method = methods.find((one) => one === (options['method'] ?? 'put'));
  if (method === undefined) throw new Usage(`--method ${String(options['method'])}: expected ${listed(methods)}`);
  if (method === 'delete' && path !== undefined) throw new Usage('--method delete removes a group: it takes no file');
  if (method !== 'delete' && path === undefined) throw new Usage('name the file to push: push-metrics FILE');
  const given = options['job'];
  if (path === undefined && given === undefined) throw new Usage('name the job whose group is removed: --job NAME');
  const job = typeof given === 'string' ? given : jobOf(path ?? '', config.push.jobs);
  const group = groupOf(config, job, lists['group']);
  const url = addressOf(config, options['url']);
  if (path === undefined) return { request: { url, method, group }, problems: [] };
  const text = await readTextfile(world, path);
  const refusal = refusalOf(text, group);
  if (refusal !== undefined) throw new Error(`${path} was not pushed, a Pushgateway refuses it: ${refusal}`);
  return {
    request: { url, method, group, text },
    problems: replacedLabels(text, group).map((one) => `${path}: ${one}`),
  };
}

/** Reads the file as text that encodes to exactly its bytes: a byte order mark stays, and invalid UTF-8 is refused. */
async function readTextfile(world: World<PushConfig>, path: string): Promise<string> {
  const host = world.openHost('local', AbortSignal.timeout(30_000));
  const bytes = await host.readBytes(path).catch((error: unknown) => {
    throw new Error(`nothing was pushed: ${readingReason(error)}`);
  });
  if (bytes.length > mostBytes)
    throw new Error(`${path} was not pushed: it has ${bytes.length} bytes, and at most ${mostBytes} are pushed`);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Error(`${path} was not pushed: it is not UTF-8, which Prometheus does not read`, { cause: error });
  }
}

export const pushTextfiles = (means: PushMeans): Push<PushConfig> => ({
  check: ({ config }) => void addressOf(config),

  async textfile(world, file, text) {
    const path = file.path(world.places, world.now());
    try {
      const { config } = world;
      const group = groupOf(config, jobOf(path, config.push.jobs));
      const refusal = refusalOf(text, group);
      if (refusal !== undefined) return [`${path} was not pushed, a Pushgateway refuses it: ${refusal}`];
      const { flushed } = await push(world, means, { url: addressOf(config), method: 'put', group, text });
      return [...replacedLabels(text, group).map((one) => `${path}: ${one}`), ...problemsOf(flushed)];
    } catch (error) {
      return [`pushing ${path} failed: ${reasonOf(error)}`];
    }
  },
});
