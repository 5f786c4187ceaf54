// A fortnight by chance: what goes wrong on a site and with its mails, as a list of events that can be shortened, and how the
// site looks at an instant. Times in events are minutes since the beginning.
import type { Envelope } from '../../lib/contract/envelope.ts';
import { emptyMirror, endpoint, filesystem, gate, mirror, ok, power, service, stream } from '../health/seen.ts';
import type { Rule, Sight } from './model.ts';

export const minute = 60_000;
const hours = 60;
export const days = 24 * hours;
const begin = Date.parse('2026-11-02T00:00:00Z');
const windowMinutes = 90;

const disks = ['data', 'archive', 'home'] as const;
const streams = ['hatpro', 'mrr'] as const;
const units = ['hatpro-sync.service', 'mrr-sync.service'] as const;
const [anna, bert, carl, lead] = ['anna@example.org', 'bert@example.org', 'carl@example.org', 'lead@example.org'];

type Fault =
  | {
      readonly is: 'disk';
      readonly name: string;
      readonly percent: number;
      /** Full in every other such span only. */ readonly flaps?: number;
    }
  | { readonly is: 'reading fails'; readonly name: string }
  | { readonly is: 'section fails'; readonly name: string }
  | { readonly is: 'not watched'; readonly name: string }
  | { readonly is: 'stream stops'; readonly name: string }
  | { readonly is: 'host unreachable' }
  | { readonly is: 'mirror lacks'; readonly name: string; readonly coverage: number }
  | {
      readonly is: 'power';
      readonly quantity: 'charge' | 'voltage' | 'temperature';
      readonly value: number | undefined;
    }
  | { readonly is: 'unit'; readonly name: string; readonly state: 'failed' | 'inactive' }
  | { readonly is: 'gate fails' }
  | { readonly is: 'page'; readonly status: number }
  | { readonly is: 'no snapshot'; readonly isDamaged: boolean }
  | { readonly is: 'clock'; readonly by: number }
  | { readonly is: 'relay'; readonly says: 'down' | 'refuses sender' | 'unsure' }
  | { readonly is: 'refused'; readonly to: string; readonly forGood: boolean }
  | { readonly is: 'silence'; readonly of: string }
  | { readonly is: 'maintenance'; readonly of: string | undefined }
  | { readonly is: 'acknowledged'; readonly alert: string }
  | { readonly is: 'recipients'; readonly to: readonly string[]; readonly rule?: string }
  | { readonly is: 'setting'; readonly rule: string; readonly key: string; readonly minutes: number }
  | { readonly is: 'escalation'; readonly minutes: number };

/** Holds from `from` until `until`. */
export type Event = Fault & { readonly from: number; readonly until: number };
export interface Fortnight {
  /** Minutes at which send-alerts runs. */
  readonly runs: readonly number[];
  readonly events: readonly Event[];
}
type Is = Fault['is'];

export const holding = <One extends Is>(events: readonly Event[], is: One, at: number) =>
  events.filter(
    (event): event is Extract<Event, { is: One }> => event.is === is && event.from <= at && at < event.until,
  );

/** The machine's clock at that minute, in milliseconds: no two minutes have the same time, however the clock is set. */
export const clockAt = (events: readonly Event[], at: number): number =>
  begin + at + minute * (at + holding(events, 'clock', at).reduce((sum, { by }) => sum + by, 0));

const failed = (reason: string, because?: string): Envelope => ({
  status: 'failed',
  kind: 'error',
  reason,
  ms: 1,
  ...(because ? { because } : {}),
});

/** The sections of the snapshot of that minute. */
export function sectionsAt(events: readonly Event[], at: number): Record<string, Envelope> {
  const now = clockAt(events, at);
  const iso = (minutes: number): string => new Date(clockAt(events, minutes)).toISOString();
  const of = <One extends Is>(is: One) => holding(events, is, at);
  const named = <One extends Is>(is: One, name: string) =>
    of(is).find((event) => 'name' in event && event.name === name);
  const items = (section: string, names: readonly string[], envelopeOf: (name: string) => Envelope): Envelope =>
    ok(
      Object.fromEntries(
        names
          .filter((name) => !named('not watched', `${section}.${name}`))
          .map((name) => [name, named('reading fails', `${section}.${name}`) ? failed('i/o error') : envelopeOf(name)]),
      ),
    );
  const down = of('host unreachable').length > 0;
  const onHost = (envelope: Envelope): Envelope => (down ? failed('source is unreachable', 'hosts.source') : envelope);
  const powerNow: Record<string, number | string> = { voltage_volts: 54, charge_percent: 80, temperature_celsius: 20 };
  for (const { quantity, value } of of('power')) {
    const key = powerKeys[quantity];
    delete powerNow[key];
    if (value === undefined) powerNow[`${quantity}_problem`] = 'the last sample is 2h old';
    else powerNow[key] = value;
  }
  for (const { quantity, value } of of('power')) if (value === undefined) delete powerNow[powerKeys[quantity]];
  const sections: Record<string, Envelope> = {
    hosts: items('hosts', ['source'], () =>
      ok(down ? { address: 'source', reached: false, error: 'no route' } : { address: 'source', reached: true }),
    ),
    filesystems: items('filesystems', disks, (name) => ok(filesystem({ used_percent: usedOf(events, name, at) }))),
    streams: items('streams', streams, (name) => {
      const newest = newestOf(events, name, at);
      return onHost(
        ok(
          stream({
            window_seconds: windowMinutes * 60,
            newest_at: iso(newest),
            age_seconds: (now - clockAt(events, newest)) / 1000,
          }),
        ),
      );
    }),
    mirrors: items('mirrors', ['hatpro.gws'], () => {
      const [lacking] = of('mirror lacks');
      return onHost(
        ok(
          mirror({
            ...emptyMirror,
            source_files: 100,
            coverage_percent: lacking?.coverage ?? 100,
            missing_files: lacking ? 100 - lacking.coverage : 0,
          }),
        ),
      );
    }),
    power: ok(power(powerNow)),
    services: ok(
      Object.fromEntries(
        units.map((name) => {
          const off = named('unit', name);
          const groups = [name.replace('-sync.service', '.sync')];
          return [
            name,
            off?.is === 'unit'
              ? service({ groups, active_state: off.state, sub_state: 'dead', since_at: iso(off.from) })
              : service({ groups }),
          ];
        }),
      ),
    ),
    gates: items('gates', ['prune'], () =>
      ok(gate({ verdict: of('gate fails').length > 0 ? 'fail' : 'pass', decided_at: iso(at - 10), age_seconds: 600 })),
    ),
    endpoints: items('endpoints', ['dashboard'], () => ok(endpoint({ status: of('page')[0]?.status ?? 200 }))),
  };
  for (const { name } of of('section fails')) sections[name] = failed('the probe crashed');
  for (const { name } of of('not watched'))
    if (name in sections) sections[name] = { status: 'absent', reason: 'there is none' };
  return sections;
}

const powerKeys = { voltage: 'voltage_volts', charge: 'charge_percent', temperature: 'temperature_celsius' } as const;

function usedOf(events: readonly Event[], name: string, at: number): number {
  const full = holding(events, 'disk', at).filter(
    (one) => one.name === name && (one.flaps === undefined || Math.floor(at / one.flaps) % 2 === 0),
  );
  return Math.max(40, ...full.map(({ percent }) => percent));
}

/** The newest data of a stream are ten minutes old, unless it has stopped. */
const newestOf = (events: readonly Event[], name: string, at: number): number =>
  Math.min(...holding(events, 'stream stops', at).flatMap((one) => (one.name === name ? one.from : [])), at) - 10;

/** What the documentation says about the snapshot of that minute, by alert. */
export function sightsAt(events: readonly Event[], at: number): Map<string, Sight> {
  const now = clockAt(events, at);
  const sights = new Map<string, Sight>();
  const of = <One extends Is>(is: One) => holding(events, is, at);
  const isNamed = (is: Is, name: string): boolean => of(is).some((event) => 'name' in event && event.name === name);
  const unknown = { state: 'unknown' } as const;
  const firingIf = (isFiring: boolean, since?: number): Sight =>
    isFiring ? { state: 'firing', since } : { state: 'clear' };
  const down =
    of('host unreachable').length > 0 &&
    !isNamed('section fails', 'hosts') &&
    !isNamed('reading fails', 'hosts.source');
  /** A reading, and the alerts that are about its value. */
  const reading = (section: string, item: string | undefined, about: Record<string, Sight>, isOnHost = false): void => {
    const name = item === undefined ? section : `${section}.${item}`;
    if (isNamed('not watched', section)) return;
    const isSectionLost = isNamed('section fails', section);
    sights.set(`probe:${section}`, firingIf(isSectionLost));
    // A section that fails as a whole does not say what it would have watched.
    if (isNamed('not watched', name) && !isSectionLost) return;
    const isLost = isSectionLost || isNamed('reading fails', name) || (isOnHost && of('host unreachable').length > 0);
    if (item !== undefined) sights.set(`probe:${name}`, isSectionLost ? unknown : firingIf(isLost));
    if (isOnHost && !isSectionLost && !isNamed('reading fails', name) && down) sights.set(`probe:${name}`, unknown);
    for (const [alert, sight] of Object.entries(about)) sights.set(alert, isLost ? unknown : sight);
  };
  reading('hosts', 'source', { 'probe:host.source': firingIf(down) });
  for (const name of disks)
    reading('filesystems', name, { [`storage:${name}`]: firingIf(usedOf(events, name, at) >= 80) });
  for (const name of streams) {
    const staleAt = clockAt(events, newestOf(events, name, at)) + windowMinutes * minute;
    reading('streams', name, { [`stream:${name}`]: firingIf(now > staleAt, staleAt) }, true);
  }
  const coverage = of('mirror lacks')[0]?.coverage ?? 100;
  reading('mirrors', 'hatpro.gws', { 'red:mirror-coverage:hatpro.gws': firingIf(coverage < 95) }, true);
  const values = { charge: 80, voltage: 54, temperature: 20 } as Record<string, number | undefined>;
  for (const { quantity, value } of of('power')) values[quantity] = value;
  for (const { quantity, value } of of('power')) if (value === undefined) values[quantity] = undefined;
  const limits: Record<string, (value: number) => boolean> = {
    charge: (value) => value <= 20,
    voltage: (value) => value < 50,
    temperature: (value) => value >= 45,
  };
  reading(
    'power',
    undefined,
    Object.fromEntries(
      Object.entries(limits).map(([quantity, isBad]) => {
        const value = values[quantity];
        return [`${quantity}:power`, value === undefined ? unknown : firingIf(isBad(value))];
      }),
    ),
  );
  reading(
    'services',
    undefined,
    Object.fromEntries(
      units.map((name) => {
        const off = of('unit').find((one) => one.name === name);
        return [`service:${name}`, firingIf(off !== undefined, off && clockAt(events, off.from))];
      }),
    ),
  );
  reading('gates', 'prune', { 'red:gate-verdict:prune': firingIf(of('gate fails').length > 0) });
  const status = of('page')[0]?.status ?? 200;
  reading('endpoints', 'dashboard', { 'red:endpoint-status:dashboard': firingIf(status >= 400) });
  return sights;
}

const holds: Record<string, readonly [key: string, minutes: number]> = {
  stream: ['stale-for', 3 * hours],
  service: ['unhealthy-for', 3 * hours],
  probe: ['failing-for', hours],
  red: ['red-for', 15],
};
const ruleNames = [
  'storage',
  'charge',
  'temperature',
  'voltage',
  'stream',
  'service',
  'probe',
  'red',
  'snapshot',
  'delivery',
] as const;
const holdKeyOf = (rule: string): string => holds[rule]?.[0] ?? 'hold';

/** How the configuration of that minute handles an alert. */
export function ruleAt(events: readonly Event[], at: number, alert: string): Rule {
  const [rule = ''] = alert.split(':');
  const setting = (of: string, key: string): number | undefined =>
    holding(events, 'setting', at).findLast((one) => one.rule === of && one.key === key)?.minutes;
  const isMirror = alert.startsWith('red:mirror-');
  const hold = (isMirror ? undefined : setting(rule, holdKeyOf(rule))) ?? (isMirror ? hours : (holds[rule]?.[1] ?? 0));
  const lists = holding(events, 'recipients', at);
  const to = lists.findLast((one) => one.rule === rule)?.to ??
    lists.findLast((one) => one.rule === undefined)?.to ?? [anna, bert];
  return {
    hold: hold * minute,
    clearHold: (setting(rule, 'clear-hold') ?? 0) * minute,
    repeat: (setting(rule, 'repeat') ?? setting('', 'repeat') ?? 12 * hours) * minute,
    to: [...new Set(to.map((one) => one.replace(/^.*<(.*)>$/, '$1').toLowerCase()))],
  };
}

export function escalationAt(events: readonly Event[], at: number) {
  const found = holding(events, 'escalation', at).at(-1);
  return found && { after: found.minutes * minute, to: [lead] };
}

const covers = (of: string, alert: string): boolean => of === alert || alert.startsWith(`${of}:`);

export const isSilenced = (events: readonly Event[], at: number, alert: string): boolean =>
  [...holding(events, 'silence', at), ...holding(events, 'maintenance', at)].some(
    ({ of }) => of === undefined || covers(of, alert),
  );

/** The configuration of that minute, as a user writes it. */
export function configurationAt(events: readonly Event[], at: number): string {
  const lists = holding(events, 'recipients', at);
  const quoted = JSON.stringify;
  const to = lists.findLast(({ rule }) => rule === undefined)?.to ?? [anna, bert];
  const settings = holding(events, 'setting', at);
  const all = settings.findLast(({ rule }) => rule === '');
  const rules = ruleNames.flatMap((rule) => {
    const own = new Map(settings.filter((one) => one.rule === rule).map(({ key, minutes }) => [key, `${minutes}m`]));
    const list = lists.findLast((one) => one.rule === rule);
    if (list) own.set('to', quoted(list.to));
    return own.size === 0 ? [] : [`${rule}: { ${[...own].map(([key, value]) => `${key}: ${value}`).join(', ')} }`];
  });
  const windows = holding(events, 'maintenance', at).map(
    ({ of }) => `{ every: "daily 00:00-24:00", reason: works${of === undefined ? '' : `, rules: [${quoted(of)}]`} }`,
  );
  const escalation = holding(events, 'escalation', at).at(-1);
  return `site: test
alerts:
  to: ${quoted(to)}
  rules: { ${rules.join(', ')} }
${all ? `  repeat: ${all.minutes}m\n` : ''}${windows.length > 0 ? `  maintenance: [${windows.join(', ')}]\n` : ''}${
    escalation ? `  escalate: { after: ${escalation.minutes}m, to: [${lead}] }\n` : ''
  }`;
}

/** Draws a fortnight; `random` returns numbers between 0 and 1. */
export function drawFortnight(random: () => number): Fortnight {
  const whole = (below: number): number => Math.floor(random() * below);
  const pick = <One>(list: readonly One[]): One => list[whole(list.length)] as One;
  const alerts = [
    'storage:data',
    'storage:archive',
    'stream:hatpro',
    'service:mrr-sync.service',
    'probe:host.source',
    'red:gate-verdict:prune',
    'charge:power',
  ];
  const silenced = [...alerts, 'storage', 'red', 'red:endpoint-status', 'probe', 'delivery'];
  const draw: readonly (() => Fault)[] = [
    () => ({ is: 'disk', name: pick(disks), percent: pick([80, 85, 92, 99]) }),
    () => ({ is: 'disk', name: pick(disks), percent: 95, flaps: pick([5, 10, 25, 60]) }),
    () => ({
      is: 'reading fails',
      name: pick(['filesystems.data', 'filesystems.archive', 'streams.hatpro', 'gates.prune', 'hosts.source']),
    }),
    () => ({
      is: 'section fails',
      name: pick(['filesystems', 'streams', 'mirrors', 'power', 'services', 'gates', 'endpoints', 'hosts']),
    }),
    () => ({
      is: 'not watched',
      name: pick(['filesystems.data', 'streams.hatpro', 'gates.prune', 'endpoints.dashboard', 'power', 'services']),
    }),
    () => ({ is: 'stream stops', name: pick(streams) }),
    () => ({ is: 'host unreachable' }),
    () => ({ is: 'mirror lacks', name: 'hatpro.gws', coverage: pick([90, 97]) }),
    () => ({
      is: 'power',
      ...pick([
        { quantity: 'charge', value: 15 },
        { quantity: 'charge', value: undefined },
        { quantity: 'voltage', value: 48 },
        { quantity: 'temperature', value: 46 },
        { quantity: 'charge', value: 22 },
      ] as const),
    }),
    () => ({ is: 'unit', name: pick(units), state: pick(['failed', 'inactive'] as const) }),
    () => ({ is: 'gate fails' }),
    () => ({ is: 'page', status: pick([503, 404]) }),
    () => ({ is: 'no snapshot', isDamaged: random() < 0.3 }),
    () => ({ is: 'clock', by: pick([-600, -90, -10, 45, 600]) }),
    () => ({ is: 'relay', says: pick(['down', 'down', 'refuses sender', 'unsure'] as const) }),
    () => ({ is: 'refused', to: pick([anna, bert, carl]), forGood: random() < 0.5 }),
    () => ({ is: 'silence', of: pick(silenced) }),
    () => ({ is: 'maintenance', of: pick([undefined, 'storage', 'red', 'probe', 'delivery', 'charge']) }),
    () => ({ is: 'acknowledged', alert: pick(alerts) }),
    () => ({
      is: 'recipients',
      to: pick([[anna], [anna, bert, carl], [bert], [], [`Ops <${anna.toUpperCase()}>`, carl]]),
    }),
    () => ({ is: 'recipients', to: pick([[carl], [anna, carl], []]), rule: pick(ruleNames) }),
    () => {
      const rule = pick(ruleNames);
      return {
        is: 'setting',
        rule,
        key: pick([holdKeyOf(rule), 'clear-hold', 'repeat']),
        minutes: pick([10, 45, 180, 600]),
      };
    },
    () => ({ is: 'setting', rule: '', key: 'repeat', minutes: pick([60, 300, 2880]) }),
    () => ({ is: 'escalation', minutes: pick([120, 900, 1440]) }),
  ];
  const length = 14 * days;
  const events = Array.from({ length: 6 + whole(24) }, (): Event => {
    const from = 5 * whole(length / 5);
    const lasts = 5 * Math.ceil((pick([5, 30, 3 * hours, 15 * hours, 3 * days, 9 * days]) * random()) / 5);
    return { ...pick(draw)(), from, until: from + Math.max(5, lasts) };
  }).sort((one, other) => one.from - other.from);
  return { runs: runsFor(events, random), events };
}

/** A few cycles around every change, and now and then one between them: the cycles in which nothing changes are left out. */
function runsFor(events: readonly Event[], random: () => number): number[] {
  const runs = new Set<number>();
  for (const at of events.flatMap(({ from, until }) => [from, until]))
    for (const after of [-5, 0, 5, 20, 60]) if (random() < 0.5) runs.add(at + after);
  for (let at = 0; at < 14 * days; at += 5 * Math.ceil(random() * 240)) runs.add(at);
  return [...runs].filter((at) => at >= 0 && at < 14 * days).sort((one, other) => one - other);
}
