// send-alerts over real files, with a transport that can be told what to do.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Envelope } from '../../lib/contract/envelope.ts';
import { NotSetUp, Refused, Unconfigured } from '../../lib/contract/errors.ts';
import type { Mail, Receipt, Transport } from '../../lib/contract/mail.ts';
import type { Outside } from '../../lib/contract/outside.ts';
import { stateFile } from '../../lib/alerts/files.ts';
import type { Post } from '../../lib/alerts/post.ts';
import { sendAlerts } from '../../lib/alerts/send.ts';
import type { Level } from '../../lib/core/level.ts';
import type { Configuration } from '../../lib/config/schema.ts';
import type { Observation } from '../../lib/contract/observation.ts';
import { sections as definitions } from '../../lib/config/registry.ts';
import { judge } from '../../lib/cycle/judge.ts';
import { webhook } from '../../lib/alerts/transports/webhook.ts';
import { renderPng } from '../../lib/io/png.ts';
import { openSpool } from '../../lib/io/spool.ts';
import { latest } from '../../lib/snapshot/files.ts';
import { filesystem, ok } from '../health/seen.ts';
import { serveHttp } from '../http.ts';
import { snapshotOf } from '../judged.ts';
import { configurationOf, readText, temporaryFolder, worldIn } from '../world.ts';

const start = Date.parse('2026-11-20T08:00:00Z');
export const time = (minutes: number): Date => new Date(start + minutes * 60_000);

export interface Taken {
  readonly mail: Mail;
  readonly to: readonly string[];
}

export type Answer = (mail: Mail, to: readonly string[]) => Receipt;
export const takes: Answer = (_mail, to) => ({ accepted: [...to], refused: [], words: '250 taken' });
export const isDown: Answer = () => {
  throw new Error('connection refused');
};

/** Accepts a mail for every recipient but this one. */
export const refuses =
  (refused: string, words: string): Answer =>
  (_mail, to) => ({
    accepted: to.filter((address) => address !== refused),
    refused: to.includes(refused) ? [{ address: refused, permanent: words.startsWith('5'), words }] : [],
    words: '250',
  });

export function transportOf(name: string, answer: () => Answer, taken: Taken[]): Transport {
  return {
    name,
    summary: '',
    ready: async () => ({ usable: true, uses: 'nothing' }),
    send: async (mail, to) => {
      const receipt = answer()(mail, to);
      if (receipt.accepted.length > 0) taken.push({ mail, to: receipt.accepted });
      return receipt;
    },
  };
}

/** What an error of a transport means for the mail. */
export function verdictOf(error: unknown): 'refused' | 'setup' | 'absent' | 'later' {
  if (error instanceof NotSetUp) return 'absent';
  return error instanceof Refused ? 'refused' : error instanceof Unconfigured ? 'setup' : 'later';
}

export const only = (...mail: Transport[]) => ({ mail, webhook });

const outside = { environment: {}, realpath: () => undefined } as unknown as Outside;

export const disk = (used_percent: number): Envelope =>
  ok({ data: ok(filesystem({ size_bytes: 10, used_bytes: 9, available_bytes: 1, used_percent })) });

/** As a check leaves it. */
export const observation = (id: string, level: Level, message = id): Observation & { clears_when: string } => {
  const [check = ''] = id.split(':');
  return {
    id,
    check,
    subject: id.slice(check.length + 1),
    level,
    value: 503,
    unit: '',
    limit: { value: '2xx or 3xx', key: '' },
    message,
    clears_when: 'it answers',
    runbook: `ops/runbooks/${check}.md`,
  };
};

export function siteIn(folder: string, configuration = 'site: test\nalerts: { to: [ops@example.org] }') {
  const taken: Taken[] = [];
  const besides = new Map<string, readonly Observation[]>();
  let answer: Answer = takes;
  const notes: { name: string; text: string }[] = [];
  const post: Post = {
    spool: openSpool,
    outside: async () => outside,
    notes: () => notes,
    removeNote: (_folder, name) => notes.splice(0, notes.length, ...notes.filter((one) => one.name !== name)),
    renderPng: async () => renderPng,
    transports: async () => only(transportOf('one', () => answer, taken)),
  };
  const outbox = join(folder, 'state', 'alerts', 'outbox');
  const run = async (minutes: number, sections?: Record<string, Envelope>, by: Post = post, options = {}) => {
    const world = worldIn(folder, { at: time(minutes), config: configurationOf(configuration), options });
    if (sections) await world.replace(latest, snapshotOf(sections, time(minutes)));
    const judgeBesides = (...[known, config, at]: Parameters<typeof judge>) => {
      const judged = judge(known, config, at);
      const more = besides.get(known.snapshot?.time_utc ?? '') ?? [];
      return { ...judged, snapshot: [...judged.snapshot, ...more.map((one) => ({ observation: one }))] };
    };
    return sendAlerts<Configuration>(by, judgeBesides, definitions).run(world);
  };
  /** Judged besides, of the snapshot of that minute, which `run` writes. */
  const assess = (minutes: number, ...observations: Observation[]): void =>
    void besides.set(time(minutes).toISOString(), observations);
  return {
    folder,
    taken,
    notes,
    post,
    run,
    assess,
    outbox,
    answers: (next: Answer) => (answer = next),
    waiting: () => (existsSync(outbox) ? readdirSync(outbox).filter((name) => name.endsWith('.json')) : []),
    state: () =>
      JSON.parse(readText(stateFile.path(worldIn(folder, { at: time(0) }).places, time(0)))) as {
        quiet: unknown;
        snapshot: { alerts: Record<string, { last_sent?: string; last_queued?: string }> };
      },
    events: () =>
      readText(join(folder, 'state', 'alerts', 'alerts.jsonl'))
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { kind: string }).kind),
  };
}

export const site = (t: TestContext, configuration?: string) => siteIn(temporaryFolder(t), configuration);
export const subjectOf = (one: Taken | undefined): string =>
  header(one?.mail ?? assert.fail('there is no mail'), 'Subject');
/** `ALERT storage:data` of each mail: the first alert in full. */
export const titlesOf = (taken: readonly Taken[]): string[] =>
  taken.map((one) => /^(ALERT|STILL|OK|GONE) {2}(\w+:\S+)\r?$/m.exec(bodyOf(one))?.slice(1).join(' ') ?? '');
export const recipientsOf = (taken: readonly Taken[]): (readonly string[])[] => taken.map(({ to }) => to);
export const bodyOf = (one: Taken | undefined): string =>
  one?.mail.raw.split('\r\n\r\n').slice(1).join('\n').replaceAll('=\r\n', '') ?? '';
export const header = (mail: Mail, name: string): string =>
  new RegExp(`^${name}: (.*(?:\\r\\n[ \\t].*)*)`, 'im').exec(mail.raw)?.[1]?.replaceAll(/\r\n\s+/g, ' ') ?? '';

/** A server whose status can be changed between two requests. */
export async function serve(t: TestContext) {
  let status = 200;
  const { asked, url } = await serveHttp(t, () => ({ status }));
  return { asked, url, answers: (next: number) => (status = next) };
}
