// The names of one's own in a configuration: what they must not collide in, and who may be spoken of by them.
import type * as z from 'zod';
import { policies } from '../alerts/policies.ts';
import type { AnyCheck } from '../contract/check.ts';
import { identifierOf, listed, nearest } from '../core/text.ts';
import { checks } from '../health/checks/index.ts';
import type { snapshotConfig } from '../snapshot/config.ts';
import type { siteConfig } from './site.ts';

type Named = z.output<z.ZodObject<typeof snapshotConfig & typeof siteConfig>>;

interface OwnName {
  readonly name: string;
  readonly path: string[];
}

/** By section of the snapshot. */
function namesOf(config: Named) {
  const under = (key: string, names: object = {}): OwnName[] =>
    Object.keys(names).map((name) => ({ name, path: [key, name] }));
  const streams = Object.entries(config.streams);
  const units = [...config.services, ...streams.flatMap(([, stream]) => Object.values(stream.units))];
  return {
    hosts: under('hosts', config.hosts),
    filesystems: under('filesystems', config.filesystems),
    streams: under('streams', config.streams),
    mirrors: streams.flatMap(([stream, { mirrors }]) =>
      Object.keys(mirrors).map((copy) => ({ name: `${stream}.${copy}`, path: ['streams', stream, 'mirrors', copy] })),
    ),
    gates: under('gates', config.gates),
    services: [...new Set(units)].map((name) => ({ name, path: ['services'] })),
    endpoints: [
      ...(config.dashboard ? [{ name: 'dashboard', path: ['dashboard'] }] : []),
      ...under('endpoints', config.endpoints),
    ],
    checkouts: under('git', config.git),
  };
}

interface Complaint {
  readonly path: (string | number)[];
  readonly message: string;
}

/** Names become parts of the archive's variables, where `a-b` and `a_b` are the same. */
export function collisions(config: Named): Complaint[] {
  return Object.values(namesOf(config)).flatMap((names) => {
    const first = new Map<string, string>();
    return names.flatMap(({ name, path }) => {
      const other = first.get(identifierOf(name)) ?? name;
      first.set(identifierOf(name), other);
      const message = `${JSON.stringify(other)} and ${JSON.stringify(name)} would be one variable in the archive`;
      return other === name ? [] : [{ path, message }];
    });
  });
}

interface Spoken {
  readonly limits: Readonly<Record<string, object>>;
  readonly alerts: {
    readonly rules: Readonly<Record<string, { readonly for: object }>>;
    readonly maintenance: readonly { readonly rules?: readonly string[] | undefined }[];
  };
}

/** Exceptions for what nobody watches: they would say nothing, and the limit of all would go on counting. */
export function unknownSubjects(config: Named & Spoken): Complaint[] {
  const kinds = kindsOf(config);
  const complain = (needs: readonly string[], subject: string, path: Complaint['path']): Complaint[] => {
    const known = needs.map((need) => kinds[need]);
    const names = known.flatMap((kind) => kind?.names ?? []);
    // Of what is found only when it is looked for (the mounts of a machine), nobody knows the names yet.
    if (known.some((kind) => kind === undefined) || names.includes(subject)) return [];
    const meant = nearest(subject, names);
    const advice = meant === undefined ? ` (there: ${listed(names, 10) || 'none'})` : `; did you mean ${meant}?`;
    return [{ path, message: `there is no ${known[0]?.noun ?? 'subject'} ${subject}${advice}` }];
  };
  const limits: readonly AnyCheck[] = checks;
  /** What the monitor judges of itself needs no section: it stands for itself. */
  const needsOf = (check: string) => limits.find(({ name }) => name === check)?.needs ?? [check];
  const rules = policies.flatMap(({ name, of, readings }) =>
    of === undefined || readings ? [] : { name, needs: Object.keys(of).flatMap(needsOf) },
  );
  return [
    ...limits.flatMap(({ needs, limits: under }) => {
      const { for: exceptions = {} }: { for?: object } = config.limits[under?.key ?? ''] ?? {};
      return Object.keys(exceptions).flatMap((subject) =>
        complain(needs, subject, ['limits', under?.key ?? '', 'for', subject]),
      );
    }),
    ...rules.flatMap(({ name, needs }) =>
      Object.keys(config.alerts.rules[name]?.for ?? {}).flatMap((subject) =>
        complain(needs, subject, ['alerts', 'rules', name, 'for', subject]),
      ),
    ),
    ...config.alerts.maintenance.flatMap((window, index) =>
      (window.rules ?? []).flatMap((of, position) => {
        const rule = rules.find(({ name }) => of.startsWith(`${name}:`));
        const path = ['alerts', 'maintenance', index, 'rules', position];
        return rule ? complain(rule.needs, of.slice(rule.name.length + 1), path) : [];
      }),
    ),
  ];
}

interface Kind {
  readonly noun: string;
  readonly names: readonly string[];
}

/** By what a check or a rule needs; those whose subjects are not known from the configuration are not in it. */
function kindsOf(config: Named): Readonly<Record<string, Kind>> {
  const { filesystems, streams, mirrors, gates, services, endpoints, checkouts } = namesOf(config);
  const named = (noun: string, names: readonly OwnName[]): Kind => ({ noun, names: names.map(({ name }) => name) });
  const only = (name: string): Kind => ({ noun: 'subject', names: [name] });
  return {
    ...(config.filesystems ? { filesystems: named('filesystem', filesystems) } : {}),
    streams: named('stream', streams),
    mirrors: named('copy', mirrors),
    gates: named('gate', gates),
    services: named('unit', services),
    endpoints: named('endpoint', endpoints),
    checkouts: named('checkout', checkouts),
    workspace: only('workspace'),
    power: only('power'),
    host: only('host'),
    systemd: only('host'),
    'snapshot-age': only('snapshot'),
    'mail-delivery': only('outbox'),
    heartbeat: only('outside'),
  };
}
