// What is told has a name by rule (`storage:data`), what was judged one by check (`filesystem-usage:data`): which alert has
// which observation behind it. The one is in the mails and in silences, the other in the report and for explain.

/** Of each rule the checks that judge the same, and what stands before their subject in that of the alert. */
const tells: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  storage: { 'filesystem-usage': '', 'workspace-usage': '' },
  charge: { 'power-charge': '' },
  temperature: { 'power-temperature': '' },
  voltage: { 'power-voltage': '' },
  stream: { 'stream-age': '' },
  service: { 'service-state': '' },
  probe: { 'host-reachable': 'host.', 'workspace-reachable': 'mount.' },
  snapshot: { 'snapshot-age': '' },
  delivery: { 'mail-delivery': '' },
  heartbeat: { heartbeat: '' },
  stage: { 'stage-outcome': '' },
};

/** Those that there may be; none where a reading that fails takes several with it. Of a rule, its checks. */
export function observationsBehind(alert: string): string[] {
  const { head, subject } = partsOf(alert);
  return Object.entries(Object.hasOwn(tells, head) ? tells[head]! : {}).flatMap(([check, before]) => {
    if (subject === undefined) return [check];
    return subject.startsWith(before) ? [`${check}:${subject.slice(before.length)}`] : [];
  });
}

/** Undefined where nobody is told of it. Of a check, its rule. */
export function alertOf(observation: string): string | undefined {
  const { head, subject } = partsOf(observation);
  for (const [rule, checks] of Object.entries(tells)) {
    if (!Object.hasOwn(checks, head)) continue;
    return subject === undefined ? rule : `${rule}:${checks[head]}${subject}`;
  }
  return undefined;
}

function partsOf(name: string): { head: string; subject: string | undefined } {
  const at = name.indexOf(':');
  return at < 0 ? { head: name, subject: undefined } : { head: name.slice(0, at), subject: name.slice(at + 1) };
}
