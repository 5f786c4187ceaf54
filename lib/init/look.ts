// Runs all finders beside each other, each under its own deadline: one that hangs or fails costs what it alone would find.
import type { Host } from '../contract/host.ts';
import { reasonOf } from '../core/text.ts';
import { withDeadline } from '../engine/deadline.ts';
import type { Finder, Found, Look } from './finding.ts';
import { finders } from './finders/index.ts';
import { nameFindings } from './names.ts';

const deadlineMs = 8000;
/** A search that sees its time is up still returns what it found until then. */
const graceMs = 1000;

interface Asked extends Omit<Look, 'host'> {
  readonly openHost: (name: string, signal: AbortSignal) => Host;
}

export async function lookAround({ openHost, ...asked }: Asked): Promise<Required<Found>> {
  const search = async ({ summary, look }: Finder): Promise<Found> =>
    withDeadline(
      deadlineMs,
      `looking for ${summary}`,
      (signal) => look({ ...asked, host: openHost('local', signal) }),
      graceMs,
    ).catch((error: unknown) => ({ findings: [], left: [{ what: summary, why: reasonOf(error) }] }));
  const all = await Promise.all(finders.map(search));
  const named = nameFindings(all.flatMap(({ findings }) => findings));
  return {
    findings: named.findings,
    left: [...all.flatMap(({ left }) => left), ...named.left],
    notes: all.flatMap(({ notes = [] }) => notes),
  };
}
