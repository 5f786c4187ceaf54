// What is known of one node: its rows, and the alerts about it or with a part in it.
import type { Fleet } from './assess.ts';

export function onlyNode(fleet: Fleet, name: string): Fleet {
  const only = <Value>(all: Readonly<Record<string, Value>>): Record<string, Value> =>
    Object.fromEntries(Object.entries(all).filter(([node]) => node === name));
  return {
    ...fleet,
    nodes: only(fleet.nodes),
    facts: only(fleet.facts),
    sections: Object.fromEntries(Object.entries(fleet.sections).map(([section, items]) => [section, only(items)])),
    alerts: fleet.alerts.filter(({ node, evidence }) => node === name || Object.hasOwn(evidence, name)),
  };
}
