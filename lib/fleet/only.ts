// What a person sees who asks for one node: its rows, and the alerts about it or with a part in it. What is known of the others stays,
// because the node is shown among them.
import type { Fleet } from './assess.ts';

export const onlyNode = (fleet: Fleet, name: string): Fleet => ({
  ...fleet,
  shown: [name],
  alerts: fleet.alerts.filter(({ node, evidence }) => node === name || Object.hasOwn(evidence, name)),
});
