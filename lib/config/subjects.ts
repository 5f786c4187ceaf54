// The names in a configuration, section by section: of machines that must be there, of what becomes one variable in the
// archive, and of subjects that somebody makes an exception of.
import { policies } from '../alerts/policies.ts';
import type { AnyCheck } from '../contract/check.ts';
import type { Sections } from '../contract/registry.ts';
import { identifierOf, listed, nearest } from '../core/text.ts';
import { checks, sections } from './registry.ts';

const definitions: Sections = sections;

interface Complaint {
  readonly path: (string | number)[];
  readonly message: string;
}

export function unknownHosts(config: { readonly hosts: object }): Complaint[] {
  const known = Object.keys(config.hosts);
  return Object.values(definitions).flatMap((section) =>
    section.hosts(config).flatMap(({ name = 'local', path }) => {
      const there = known.join(', ') || 'none';
      const message = `there is no host ${JSON.stringify(name)} under \`hosts\` (there: ${there})`;
      return name === 'local' || known.includes(name) ? [] : [{ path: [...path], message }];
    }),
  );
}

/** Names become parts of the archive's variables, where `a-b` and `a_b` are the same. */
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

interface Spoken {
  readonly limits: Readonly<Record<string, object>>;
  readonly alerts: {
    readonly rules: Readonly<Record<string, { readonly for: object }>>;
    readonly maintenance: readonly { readonly rules?: readonly string[] | undefined }[];
  };
}

/** Exceptions for what nobody watches: they would say nothing, and the limit of all would go on counting. */
export function unknownSubjects(config: Spoken): Complaint[] {
  const complain = (needs: readonly string[], subject: string, path: Complaint['path']): Complaint[] => {
    const known = needs.map(
      (need) => ownSubjects[need] ?? definitions[need]?.subjects(config)?.map(({ name }) => name),
    );
    const names = known.flatMap((some) => some ?? []);
    // Of what is found only when it is looked for (the mounts of a machine), nobody knows the names yet.
    if (known.includes(undefined) || names.includes(subject)) return [];
    const meant = nearest(subject, names);
    const advice = meant === undefined ? ` (there: ${listed(names, 10) || 'none'})` : `; did you mean ${meant}?`;
    const noun = definitions[needs[0] ?? '']?.noun ?? 'subject';
    return [{ path, message: `there is no ${noun} ${subject}${advice}` }];
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

/** Of what the monitor sees of itself. */
const ownSubjects: Readonly<Record<string, readonly string[]>> = {
  'snapshot-age': ['snapshot'],
  'mail-delivery': ['outbox'],
  heartbeat: ['outside'],
};
