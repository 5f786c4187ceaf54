// Finds readings that failed because of another: an unreachable machine, or an unreachable workspace above their path.
import type { Envelope } from '../contract/envelope.ts';
import { isBelow } from '../parse/mountinfo.ts';
import type { SnapshotConfig } from './config.ts';
import { type Readable, sections as definitions } from './sections/index.ts';

interface Place {
  readonly host?: string | undefined;
  readonly path?: string | undefined;
}

/** Sets `because` of each failed reading to the reading that explains it. */
export function withCauses(
  sections: Readonly<Record<string, Envelope>>,
  config: Omit<SnapshotConfig, 'site'>,
): Record<string, Envelope> {
  const places = placesOf(config);
  const { hosts, workspace } = sections;
  const reachOf = hosts?.status === 'ok' ? (hosts.data as Readonly<Record<string, Envelope>>) : {};
  const mount = workspace?.status === 'ok' ? (workspace.data as Readable['workspace']) : undefined;

  const isUnreachable = (host: string): boolean => {
    const reach = Object.hasOwn(reachOf, host) ? reachOf[host] : undefined;
    return reach?.status === 'ok' && !(reach.data as Readable['hosts'][string]).reached;
  };
  const causeOf = ({ host = 'local', path }: Place): string | undefined => {
    if (isUnreachable(host)) return `hosts.${host}`;
    const isOnMount = mount && !mount.reached && mount.host === host && path !== undefined;
    return isOnMount && isBelow(path, mount.path.replace(/(?<=.)\/+$/, '')) ? 'workspace' : undefined;
  };
  const explained = (name: string, envelope: Envelope): Envelope => {
    if (envelope.status !== 'failed') return envelope;
    const because = (places.get(name) ?? [{}]).flatMap((place) => causeOf(place) ?? [])[0];
    return because === undefined ? envelope : { ...envelope, because };
  };
  return Object.fromEntries(
    Object.entries(sections).map(([name, section]) => {
      if (
        section.status !== 'ok' ||
        !Object.hasOwn(definitions, name) ||
        !definitions[name as keyof typeof definitions].many
      )
        return [name, explained(name, section)];
      const items = Object.entries(section.data as Record<string, Envelope>);
      return [
        name,
        { ...section, data: Object.fromEntries(items.map(([item, one]) => [item, explained(`${name}.${item}`, one)])) },
      ];
    }),
  );
}

/** The places that each reading looks at; a reading that is not listed looks at this machine only. */
function placesOf({ filesystems = {}, workspace, streams, gates, power, git }: Omit<SnapshotConfig, 'site'>) {
  const each = <One>(section: string, of: Readonly<Record<string, One>>, places: (one: One) => readonly Place[]) =>
    Object.entries(of).map(([name, one]) => [`${section}.${name}`, places(one)] as const);
  const sourceOf = (
    source: { readonly host?: string | undefined; readonly root: string } | undefined,
  ): readonly Place[] => (source ? [{ host: source.host, path: source.root }] : []);
  const entries: (readonly [string, readonly Place[]])[] = [
    ...each('filesystems', filesystems, (one) => [one]),
    ...each('gates', gates, ({ host, file }) => [{ host, path: file }]),
    ...each('checkouts', git, (path) => [{ path }]),
    ...each('streams', streams, ({ source }) => sourceOf(source)),
    ...Object.entries(streams).flatMap(([stream, { source, mirrors }]) =>
      each(`mirrors.${stream}`, mirrors, (copy) => [...sourceOf(source), ...sourceOf(copy)]),
    ),
    ...(workspace ? [['workspace', [workspace]] as const] : []),
    ...(power ? [['power', [{ host: power.host, path: power.store }]] as const] : []),
  ];
  return new Map(entries);
}
