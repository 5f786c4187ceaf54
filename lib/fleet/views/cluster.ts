// All nodes in one table.
import { alignColumns } from '../../core/columns.ts';
import { counted } from '../../core/text.ts';
import { worstOf } from '../assess.ts';
import { defineView } from '../view.ts';

export const cluster = defineView({
  name: 'cluster',
  summary: 'all nodes: role, state of rqlite, peers of WireGuard, and how many alerts each has',
  json: ({ facts, sections, alerts }) =>
    Object.entries(facts).map(([node, { role = null, reached }]) => ({
      node,
      role,
      reached,
      alerts: alerts.filter((alert) => alert.node === node).length,
      sections: Object.fromEntries(
        Object.entries(sections).map(([name, items]) => [name, items[node]?.status ?? 'absent']),
      ),
    })),
  render: (fleet, { paint }) => {
    const rows = Object.entries(fleet.facts).map(([node, { role = '-', reached }]) => {
      const own = fleet.alerts.filter((alert) => alert.node === node);
      return [
        paint(worstOf(own), '●'),
        node,
        role,
        reached ? 'reports' : 'does not report',
        counted(own.length, 'alert'),
      ];
    });
    return alignColumns([['', 'node', 'role', 'state', 'alerts'].map((title) => paint('bold', title)), ...rows]);
  },
});
