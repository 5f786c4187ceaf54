// Checks the names in a configuration: hosts must be defined, subjects must not share a variable in the archive, and
// exceptions must name a subject that is watched.
import { policies, red } from '../alerts/policies.ts';
import type { AnyCheck } from '../contract/check.ts';
import type { Sections } from '../contract/registry.ts';
import { type RehearsalConfig, rehearsalPlaces } from '../rehearsal/config.ts';
import { unreadCheck } from '../fleet/assess.ts';
import { judgements } from '../fleet/judge/index.ts';
import { identifierOf, listed, nearest } from '../core/text.ts';
import { checks, sections } from './registry.ts';

const definitions: Sections = sections;

interface Complaint {
  readonly path: (string | number)[];
  readonly message: string;
}

export function unknownHosts(config: RehearsalConfig & { readonly hosts: object }): Complaint[] {
  const known = Object.keys(config.hosts);
  const watched = Object.values(definitions).flatMap((section) => section.places?.(config) ?? []);
  const all = [...watched, ...rehearsalPlaces(config)];
  // A stream and each of its mirrors look at the same source.
  const places = new Map(all.map((place) => [place.key.join('.'), place]));
  return [...places.values()].flatMap(({ host = 'local', key }) => {
    const message = `there is no host ${JSON.stringify(host)} under \`hosts\` (there: ${known.join(', ') || 'none'})`;
    return host === 'local' || known.includes(host) ? [] : [{ path: [...key], message }];
  });
}

/** Names become parts of variable names in the archive, where `a-b` and `a_b` are the same. */
export function collisions(config: object): Complaint[] {
  return Object.values(definitions).flatMap((section) => {
    const first = new Map<string, string>();
    return (section.subjects(config) ?? []).flatMap(({ name, path }) => {
      const other = first.get(identifierOf(name)) ?? name;
      first.set(identifierOf(name), other);
      const message = `${JSON.stringify(other)} and ${JSON.stringify(name)} would be one variable in the archive`;
      return other === name ? [] : [{ path: [...path], message }];
    });
  });
}

interface Exceptions {
  readonly limits: Readonly<Record<string, object>>;
  readonly alerts: {
    readonly rules: Readonly<Record<string, { readonly for: object }>>;
    readonly maintenance: readonly { readonly rules?: readonly string[] | undefined }[];
  };
}

/** Finds exceptions for subjects that are not watched: they would have no effect, and the general limit would apply unnoticed. */
export function unknownSubjects(config: Exceptions): Complaint[] {
  const complain = (needs: readonly string[], subject: string, path: Complaint['path']): Complaint[] => {
    const known = needs.map(
      (need) => ownSubjects[need] ?? definitions[need]?.subjects(config)?.map(({ name }) => name),
    );
    const names = known.flatMap((some) => some ?? []);
    // Undefined subjects (the mounts of a machine) are only known when a probe reads them.
    if (known.includes(undefined) || names.includes(subject)) return [];
    if (definitions[needs[0] ?? '']?.hasParts && names.some((name) => subject.startsWith(`${name}.`))) return [];
    const item = names.find((name) => subject.startsWith(`${name}:`));
    if (needs[0] === 'fleet' && item !== undefined) {
      const [alert = ''] = subject.slice(item.length + 1).split(':', 1);
      return fleetAlerts.includes(alert) ? [] : [{ path, message: thereIsNo('alert of a node', alert, fleetAlerts) }];
    }
    return [{ path, message: thereIsNo(definitions[needs[0] ?? '']?.noun ?? 'subject', subject, names) }];
  };
  const limits: readonly AnyCheck[] = checks;
  /** Checks of the monitor itself need no section; their own name stands for it. */
  const needsOf = (check: string) => limits.find(({ name }) => name === check)?.needs ?? [check];
  /** The rule `red` names observations: a check, for all of its subjects, or `check:subject`. */
  const complainOfRed = (observation: string, path: Complaint['path']): Complaint[] => {
    const [check = ''] = observation.split(':', 1);
    const [needs, subject] = [needsOf(check), observation.slice(check.length + 1)];
    // A section that cannot be read as a whole is the subject itself.
    return check === observation || needs.includes(subject) ? [] : complain(needs, subject, path);
  };
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
    ...Object.keys(config.alerts.rules[red.name]?.for ?? {}).flatMap((name) =>
      complainOfRed(name, ['alerts', 'rules', red.name, 'for', name]),
    ),
    ...config.alerts.maintenance.flatMap((window, index) =>
      (window.rules ?? []).flatMap((of, position) => {
        const rule = rules.find(({ name }) => of.startsWith(`${name}:`));
        const path = ['alerts', 'maintenance', index, 'rules', position];
        if (of.startsWith(`${red.name}:`)) return complainOfRed(of.slice(red.name.length + 1), path);
        return rule ? complain(rule.needs, of.slice(rule.name.length + 1), path) : [];
      }),
    ),
  ];
}

function thereIsNo(noun: string, name: string, names: readonly string[]): string {
  const meant = nearest(name, names);
  const advice = meant === undefined ? ` (there: ${listed(names, 10) || 'none'})` : `; did you mean ${meant}?`;
  return `there is no ${noun} ${name}${advice}`;
}

/** The beginnings of the ids of alerts: `disk` of `disk:node1`. */
const fleetAlerts: readonly string[] = [...judgements, unreadCheck].map(({ name }) => name);

/** Subjects of the checks of the monitor itself. */
const ownSubjects: Readonly<Record<string, readonly string[]>> = {
  'snapshot-age': ['snapshot'],
  'mail-delivery': ['outbox'],
  heartbeat: ['outside'],
};
