// Adds the longest lag of the mirrors on the workspace to the workspace section. No probe sees another probe's section,
// so the lag is added after all probes have run.
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
    const { host: mirrorHost, root, lag_seconds } = outcome.data as Readable['mirrors'][string];
    if (mirrorHost !== host || !isBelow(root, path) || lag_seconds === undefined) continue;
    if (!worst || lag_seconds > worst.worst_lag_seconds)
      worst = { worst_lag_seconds: lag_seconds, worst_lag_mirror: item ?? '' };
  }
  if (!worst) return sections;
  return { ...sections, workspace: { ...workspace, data: { ...(workspace.data as object), ...worst } } };
}
