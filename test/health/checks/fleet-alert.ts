import { type Case, found } from '../case.ts';
import { fleetItem } from '../seen.ts';

const node = 'devnet.node1';
const reports = ['', 'reports'] as const;
const inFleet = { key: 'fleet.limits.memory.amber', value: 90 };
const gone = { severity: 'critical', level: 'red', message: 'node1 does not report: it refuses our key' } as const;
const down = { severity: 'critical', level: 'red', message: 'rqlite of node1 does not answer' } as const;
const unread = { severity: 'warning', level: 'unknown', message: 'system of node1 could not be read: EACCES' } as const;
const full = {
  severity: 'warning',
  level: 'amber',
  message: 'memory of node1 is 95 % in use',
  value: 95,
  unit: 'percent',
  limit: inFleet,
  clears_when: 'it is 90 % or less',
} as const;
const zombies = { severity: 'info', level: 'amber', message: 'node1 has 2 zombies' } as const;
const well = found('green', 'reports', reports, [`${node} reports`]);
const noLimit = ['', 'no alert'] as const;
const clearsWithout = (id: string): string => `fleet-snapshot does not find ${id} any more`;
const ended = { ...down, level: 'green', ended_at: '2026-11-20T07:40:00.000Z' } as const;
const others = { [`${node}:others`]: found('green', 0, ['', 20], ['no more alerts']) };
/** Alerts of units, the last of which began first. */
const many = (count: number, about: object = down) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `service-state:node1/${index}`,
      {
        ...(about as typeof down),
        message: `unit ${index}`,
        since: new Date(Date.UTC(2026, 10, 20, 7, count - index)).toISOString(),
      },
    ]),
  );
const units = (from: number, to: number, ...[level, value, limit, says]: Parameters<typeof found>) =>
  Object.fromEntries(
    Array.from({ length: to - from }, (_, index) => [
      `${node}:service-state:node1/${from + index}`,
      found(level, value, limit, says),
    ]),
  );

export const fleetAlert: readonly Case[] = [
  {
    sees: 'a node without alerts, and an environment without, are green',
    given: { fleet: { [node]: fleetItem({}), devnet: fleetItem({ reached: undefined, nodes: 2, nodes_reached: 1 }) } },
    find: { [node]: well, devnet: found('green', 1, ['', 1], ['1 of 2 nodes report']) },
  },
  {
    sees: 'two alerts of a node are two observations, each with its own limit',
    given: { fleet: { [node]: fleetItem({ alerts: { 'memory:node1': full, 'rqlite-responding:node1': down } }) } },
    find: {
      [node]: well,
      [`${node}:memory:node1`]: found('amber', 95, [inFleet.key, 90], [full.message], 'it is 90 % or less'),
      [`${node}:rqlite-responding:node1`]: found(
        'red',
        'critical',
        noLimit,
        [`${node}: ${down.message}`],
        clearsWithout('rqlite-responding:node1'),
      ),
      ...others,
    },
  },
  {
    sees: 'an alert about no single node is one of the environment',
    given: {
      fleet: {
        devnet: fleetItem({
          reached: undefined,
          nodes: 2,
          nodes_reached: 2,
          alerts: { 'rqlite-leader:cluster': down },
        }),
      },
    },
    find: {
      devnet: found('green', 2, ['', 1], ['2 of 2 nodes report']),
      'devnet:rqlite-leader:cluster': found('red', 'critical', noLimit, [down.message]),
      'devnet:others': found('green', 0, ['', 20], ['devnet: no more alerts']),
    },
  },
  {
    sees: 'a part that could not be read is unknown, never green',
    given: { fleet: { [node]: fleetItem({ alerts: { 'section-read:node1/system': unread } }) } },
    find: {
      [node]: well,
      [`${node}:section-read:node1/system`]: found('unknown', 'warning', noLimit, [unread.message]),
      ...others,
    },
  },
  {
    sees: 'a node that does not report is one observation, and what was wrong with the node before is unknown',
    given: {
      fleet: {
        [node]: fleetItem({
          reached: false,
          alerts: { 'node-reached:node1': gone },
          earlier: { 'rqlite-responding:node1': { ...down, level: 'unknown' } },
        }),
      },
    },
    find: {
      [node]: found('red', 'does not report', reports, [gone.message], 'it sends its report'),
      [`${node}:rqlite-responding:node1`]: found('unknown', null, noLimit, ['not known whether', down.message]),
      ...others,
    },
  },
  {
    sees: 'a node that is expected not to report is no fault, and not green',
    given: {
      fleet: {
        [node]: fleetItem({
          reached: false,
          alerts: { 'node-reached:node1': { ...gone, severity: 'info', level: 'amber' } },
        }),
      },
    },
    find: { [node]: found('amber', 'does not report', reports, [gone.message]) },
  },
  {
    sees: 'without a reason, too, a node that does not report is not green, nor an environment of which no node does',
    given: {
      fleet: {
        [node]: fleetItem({ reached: false }),
        devnet: fleetItem({ reached: undefined, nodes: 1, nodes_reached: 0 }),
      },
    },
    find: {
      [node]: found('unknown', 'does not report', reports, ['does not report']),
      devnet: found('unknown', 0, ['', 1], ['0 of 1 nodes report']),
    },
  },
  {
    sees: 'an alert that is over is green, and says since when',
    given: { fleet: { [node]: fleetItem({ earlier: { 'rqlite-responding:node1': ended } }) } },
    find: {
      [node]: well,
      [`${node}:rqlite-responding:node1`]: found('green', null, noLimit, [
        'over since 2026-11-20 07:40 UTC',
        down.message,
      ]),
      ...others,
    },
  },
  {
    sees: 'an alert that follows from another one by now is still as bad as it is',
    given: { fleet: { [node]: fleetItem({ earlier: { 'rqlite-responding:node1': down } }) } },
    find: {
      [node]: well,
      [`${node}:rqlite-responding:node1`]: found('red', 'critical', noLimit, [down.message]),
      ...others,
    },
  },
  {
    sees: 'a note is no fault',
    given: { fleet: { [node]: fleetItem({ alerts: { 'zombies:node1': zombies } }) } },
    find: { [node]: well, [`${node}:zombies:node1`]: found('green', 'info', noLimit, ['2 zombies']), ...others },
  },
  {
    sees: 'a part that could not be read is unknown also where that is expected',
    given: {
      fleet: { [node]: fleetItem({ alerts: { 'section-read:node1/system': { ...unread, severity: 'info' } } }) },
    },
    find: {
      [node]: well,
      [`${node}:section-read:node1/system`]: found('unknown', 'info', noLimit, [unread.message]),
      ...others,
    },
  },
  {
    sees: 'of very many alerts of a node, those beyond twenty that began last are one observation',
    given: { fleet: { [node]: fleetItem({ alerts: many(23) }) } },
    find: {
      [node]: well,
      ...units(3, 23, 'red', 'critical', noLimit, ['unit']),
      [`${node}:others`]: found('red', 3, ['', 20], ['3 more alerts: unit 2, unit 1']),
    },
  },
  {
    sees: 'a critical alert that begins takes the place of none of twenty warnings',
    given: {
      fleet: {
        [node]: fleetItem({
          alerts: { 'rqlite-responding:node1': down, ...many(20, { ...down, severity: 'warning', level: 'amber' }) },
        }),
      },
    },
    find: {
      [node]: well,
      [`${node}:rqlite-responding:node1`]: found('red', 'critical', noLimit, [down.message]),
      ...units(0, 20, 'amber', 'warning', noLimit, ['unit']),
      ...others,
    },
  },
  {
    sees: 'of a node that does not report, it is unknown whether there are more than twenty alerts',
    given: { fleet: { [node]: fleetItem({ earlier: many(20, { ...down, level: 'unknown' }) }) } },
    find: {
      [node]: well,
      ...units(0, 20, 'unknown', null, noLimit, ['not known whether']),
      [`${node}:others`]: found('unknown', 0, ['', 20], ['not known whether there are more alerts']),
    },
  },
];
