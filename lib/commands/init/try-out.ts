// Reads and judges what a configuration names on this machine, once, with the probes and checks of a cycle; nothing is written.
import { checks, probes, sections } from '../../config/registry.ts';
import type { Configuration } from '../../config/schema.ts';
import type { Envelope, Failed } from '../../contract/envelope.ts';
import type { Host } from '../../contract/host.ts';
import { runChecks } from '../../engine/checks.ts';
import { runProbes } from '../../engine/probes.ts';
import type { Tried } from '../../init/trial.ts';

/** No programs of the configuration are run, and no other machine is asked. */
const tried = new Set(['filesystems', 'services', 'checkouts', 'endpoints', 'streams']);

const limits = { timeoutMs: 8000, budgetMs: 12_000, width: 64 };

export interface TriedOut {
  readonly tried: readonly Tried[];
  readonly sections: Readonly<Record<string, Envelope>>;
}

export async function tryOut(
  config: Configuration,
  openHost: (name: string, signal: AbortSignal) => Host,
  at: Date,
): Promise<TriedOut> {
  const { sections: read } = await runProbes({
    probes: probes.filter(({ name }) => tried.has(name)),
    config,
    bootId: '',
    previous: {},
    now: () => at,
    monotonicMs: () => performance.now(),
    openHost,
    ...limits,
  });
  const judged = runChecks({
    checks: checks.filter(({ needs }) => needs.every((need) => tried.has(need))),
    sections: read,
    definitions: sections,
    limits: config.limits,
    at,
  });
  return {
    sections: read,
    tried: judged.map(({ observation: { check, subject, level, message }, reading = '' }) => {
      const [section = ''] = reading.split('.');
      const failure = failureOf(read[section], subject);
      return { section, subject, level, message: failure ?? message, check, isUnread: failure !== undefined };
    }),
  };
}

/** Why a reading failed; undefined where it did not. */
function failureOf(section: Envelope | undefined, subject: string): string | undefined {
  if (section?.status === 'failed') return section.reason;
  if (section?.status !== 'ok') return undefined;
  const item = (section.data as Record<string, Partial<Failed> | undefined>)[subject];
  return item?.status === 'failed' ? item.reason : undefined;
}
