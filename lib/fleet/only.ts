// Restricts the views to one node: they show its rows, and the alerts that are about the node or have it in their evidence. The facts of
// the other nodes are kept, because views such as the mesh compare the node with the others.
import type { Fleet } from './assess.ts';

export const onlyNode = (fleet: Fleet, name: string): Fleet => ({
  ...fleet,
  shown: [name],
  alerts: fleet.alerts.filter(({ node, evidence }) => node === name || Object.hasOwn(evidence, name)),
});
