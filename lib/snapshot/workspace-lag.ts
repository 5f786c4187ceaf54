// By how much the copies on the workspace lag, at worst. No probe sees what another read, so it is told once all have.
import type { Envelope } from '../contract/envelope.ts';
import { outcomesOf } from '../engine/readable.ts';
import { isBelow } from '../parse/mountinfo.ts';
import { type Readable, sections as definitions } from './sections/index.ts';

export function withWorkspaceLag(sections: Readonly<Record<string, Envelope>>): Record<string, Envelope> {
  const { workspace, mirrors } = sections;
  if (workspace?.status !== 'ok' || mirrors?.status !== 'ok') return sections;
  const { host, path } = workspace.data as Readable['workspace'];
  let worst: { worst_lag_seconds: number; worst_lag_mirror: string } | undefined;
  for (const { item, outcome } of outcomesOf(definitions, { mirrors })) {
    if (outcome.status !== 'ok') continue;
    const { host: where, root, lag_seconds } = outcome.data as Readable['mirrors'][string];
    if (where !== host || !isBelow(root, path) || lag_seconds === undefined) continue;
    if (!worst || lag_seconds > worst.worst_lag_seconds)
      worst = { worst_lag_seconds: lag_seconds, worst_lag_mirror: item ?? '' };
  }
  if (!worst) return sections;
  return { ...sections, workspace: { ...workspace, data: { ...(workspace.data as object), ...worst } } };
}
