// Parts come and go (the alerts of a node), and their names are many: where each name costs for ever (in the archive, in Prometheus), the
// observation of the whole stands for them.
import type { Observation } from '../contract/observation.ts';
import { worstFirst } from '../core/level.ts';

/** Without the parts. An observation that has some gets the level and the message of the worst among itself and them. */
export function mergeParts(observations: readonly Observation[]): Observation[] {
  const parts = Map.groupBy(observations, ({ part_of }) => part_of);
  return (parts.get(undefined) ?? []).map((whole) => {
    const bad = [whole, ...(parts.get(whole.id) ?? [])];
    const worst = worstFirst.flatMap((level) => bad.find((one) => one.level === level) ?? [])[0] ?? whole;
    return { ...whole, level: worst.level, message: worst.message };
  });
}

/** The parts, and the observations that have some: in the history their own levels stand beside the merged ones. */
export function partsIn<One extends Observation>(observations: readonly One[]): One[] {
  const wholes = new Set(observations.flatMap(({ part_of }) => part_of ?? []));
  return observations.filter(({ id, part_of }) => part_of !== undefined || wholes.has(id));
}
