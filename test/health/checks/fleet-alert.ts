import { type Case, found } from '../case.ts';
import { fleetItem } from '../seen.ts';

const node = 'devnet.node1';
const limit = ['fleet.environments.devnet.nodes.node1', 0] as const;
const gone = { severity: 'critical', level: 'red', message: 'node1 does not report: it refuses our key' } as const;
const unread = { severity: 'warning', level: 'unknown', message: 'system of node1 could not be read: EACCES' } as const;
const full = { severity: 'warning', level: 'amber', message: 'memory of node1 is 95 % in use' } as const;
const zombies = { severity: 'info', level: 'amber', message: 'node1 has 2 zombies' } as const;
const given = (alerts: ReturnType<typeof fleetItem>['alerts']) => ({ fleet: { [node]: fleetItem({ alerts }) } });

export const fleetAlert: readonly Case[] = [
  {
    sees: 'a node without alerts, and an environment without, are green',
    given: { fleet: { [node]: fleetItem({}), devnet: fleetItem({ reached: undefined, nodes: 1, nodes_reached: 1 }) } },
    find: {
      [node]: found('green', 0, limit, ['no alerts']),
      devnet: found('green', 0, ['fleet.environments.devnet', 0], ['no alerts']),
    },
  },
  {
    sees: 'a critical alert is red, and is told alone',
    given: given({ a: full, b: gone }),
    find: { [node]: found('red', 2, limit, [gone.message]) },
  },
  {
    sees: 'a part that could not be read is unknown, never green',
    given: given({ a: full, b: unread }),
    find: { [node]: found('unknown', 2, limit, [unread.message]) },
  },
  {
    sees: 'a warning is amber',
    given: given({ a: full, b: zombies }),
    find: { [node]: found('amber', 2, limit, [full.message]) },
  },
  {
    sees: 'a note is no fault',
    given: given({ a: zombies }),
    find: { [node]: found('green', 1, limit, ['2 zombies']) },
  },
];
