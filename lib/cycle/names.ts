// What is told has a name by rule (`storage:data`), what was judged one by check (`filesystem-usage:data`): which alert has
// which observation behind it. The one is in the mails and in silences, the other in the report and for explain.

/** An alert of a rule about any subject (*), and the observation of the same. */
const pairs: readonly (readonly [alert: string, observation: string])[] = [
  ['storage:workspace', 'workspace-usage:workspace'],
  ['storage:*', 'filesystem-usage:*'],
  ['charge:*', 'power-charge:*'],
  ['temperature:*', 'power-temperature:*'],
  ['voltage:*', 'power-voltage:*'],
  ['stream:*', 'stream-age:*'],
  ['service:*', 'service-state:*'],
  ['probe:mount.workspace', 'workspace-reachable:workspace'],
  ['probe:host.*', 'host-reachable:*'],
  ['snapshot:*', 'snapshot-age:*'],
  ['delivery:*', 'mail-delivery:*'],
  ['heartbeat:*', 'heartbeat:*'],
  ['stage:*', 'stage-outcome:*'],
];

/** Undefined where no single observation is behind it: a reading that fails takes several with it. Of a rule, its check. */
export const observationBehind = (alert: string): string | undefined =>
  firstMatch(pairs.map(([from, to]) => renamed(alert, from, to)));

/** Undefined where nobody is told of it. Of a check, its rule. */
export const alertOf = (observation: string): string | undefined =>
  firstMatch(pairs.map(([to, from]) => renamed(observation, from, to)));

const firstMatch = (found: readonly (string | undefined)[]): string | undefined =>
  found.find((one) => one !== undefined);

function renamed(name: string, from: string, to: string): string | undefined {
  if (!name.includes(':')) return from === `${name}:*` ? headOf(to) : undefined;
  if (!from.endsWith('*')) return name === from ? to : undefined;
  const before = from.slice(0, -1);
  return name.startsWith(before) && name.length > before.length
    ? to.replace('*', name.slice(before.length))
    : undefined;
}

const headOf = (name: string): string => name.slice(0, name.indexOf(':'));
