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
} as const;
const zombies = { severity: 'info', level: 'amber', message: 'node1 has 2 zombies' } as const;
const well = found('green', 'reports', reports, [`${node} reports`]);
const noLimit = ['', 'no alert'] as const;
const clearsWithout = (id: string): string => `fleet-snapshot does not find ${id} any more`;
const ended = { ...down, level: 'green', ended_at: '2026-11-20T07:40:00.000Z' } as const;
const many = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `service-state:node1/${index}`,
      { ...down, message: `unit ${index}` },
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
      [`${node}:memory:node1`]: found('amber', 95, [inFleet.key, 90], [full.message], clearsWithout('memory:node1')),
      [`${node}:rqlite-responding:node1`]: found('red', 'critical', noLimit, [`${node}: ${down.message}`]),
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
    },
  },
  {
    sees: 'a part that could not be read is unknown, never green',
    given: { fleet: { [node]: fleetItem({ alerts: { 'section-read:node1/system': unread } }) } },
    find: {
      [node]: well,
      [`${node}:section-read:node1/system`]: found('unknown', 'warning', noLimit, [unread.message]),
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
    },
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
    },
  },
  {
    sees: 'an alert that follows from another one by now is still as bad as it is',
    given: { fleet: { [node]: fleetItem({ earlier: { 'rqlite-responding:node1': down } }) } },
    find: { [node]: well, [`${node}:rqlite-responding:node1`]: found('red', 'critical', noLimit, [down.message]) },
  },
  {
    sees: 'a note is no fault',
    given: { fleet: { [node]: fleetItem({ alerts: { 'zombies:node1': zombies } }) } },
    find: { [node]: well, [`${node}:zombies:node1`]: found('green', 'info', noLimit, ['2 zombies']) },
  },
  {
    sees: 'of very many alerts of a node, those beyond twenty are one observation',
    given: { fleet: { [node]: fleetItem({ alerts: many(23) }) } },
    find: {
      [node]: well,
      ...Object.fromEntries(
        Array.from({ length: 20 }, (_, index) => [
          `${node}:service-state:node1/${index}`,
          found('red', 'critical', noLimit, [`unit ${index}`]),
        ]),
      ),
      [`${node}:others`]: found('red', 3, ['', 20], ['3 more alerts: unit 20, unit 21']),
    },
  },
];
