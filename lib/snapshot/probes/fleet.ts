// Reads what fleet-snapshot last left of the nodes of the fleet. What is too old is unknown.
import { defineProbe } from '../define.ts';
import { fleet as section } from '../sections/fleet.ts';

export const fleet = defineProbe({
  name: 'fleet',
  summary: 'what fleet-snapshot last found on each node of the fleet, and its alerts',
  section,

  async items({ host, config, places, at, run }) {
    const names = section.subjects(config)?.map(({ name }) => name) ?? [];
    // Where the whole file is missing or damaged, that is one failed reading, not one for each node.
    if (names.length > 0) await (await import('../fleet-nodes.ts')).readFleet({ host: host(), places, at, run });
    return names;
  },

  async read({ host, places, item, at, run }) {
    const { describeItem, readFleet } = await import('../fleet-nodes.ts');
    return describeItem(await readFleet({ host: host(), places, at, run }), item, at);
  },
});
