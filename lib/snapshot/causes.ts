// Finds readings that failed because of another: an unreachable machine, or an unreachable workspace above their path.
import type { Envelope } from '../contract/envelope.ts';
import type { Sections } from '../contract/registry.ts';
import { isBelow } from '../parse/mountinfo.ts';
import type { SnapshotConfig } from './config.ts';
import { type Readable, sections } from './sections/index.ts';

const definitions: Sections = sections;

/** Sets `because` of each failed reading to the reading that explains it. */
export function withCauses(
  read: Readonly<Record<string, Envelope>>,
  config: Omit<SnapshotConfig, 'site'>,
): Record<string, Envelope> {
  const { hosts, workspace } = read;
  const reachOf = hosts?.status === 'ok' ? (hosts.data as Readonly<Record<string, Envelope>>) : {};
  const mount = workspace?.status === 'ok' ? (workspace.data as Readable['workspace']) : undefined;

  const isUnreachable = (host: string): boolean => {
    const reach = Object.hasOwn(reachOf, host) ? reachOf[host] : undefined;
    return reach?.status === 'ok' && !(reach.data as Readable['hosts'][string]).reached;
  };
  const causeOf = (host = 'local', path?: string): string | undefined => {
    if (isUnreachable(host)) return `hosts.${host}`;
    const isOnMount = mount && !mount.reached && mount.host === host && path !== undefined;
    return isOnMount && isBelow(path, mount.path.replace(/(?<=.)\/+$/, '')) ? 'workspace' : undefined;
  };
  /** A reading without a configured place looks at this machine as a whole. */
  const explained = (envelope: Envelope, section: string, item?: string): Envelope => {
    if (envelope.status !== 'failed') return envelope;
    const places = definitions[section]?.places?.(config).filter((place) => place.item === item) ?? [];
    const causes = places.length === 0 ? [causeOf()] : places.map(({ host, path }) => causeOf(host, path));
    const because = causes.find((cause) => cause !== undefined);
    return because === undefined ? envelope : { ...envelope, because };
  };
  return Object.fromEntries(
    Object.entries(read).map(([name, section]) => {
      if (section.status !== 'ok' || !Object.hasOwn(definitions, name) || !definitions[name]?.many)
        return [name, explained(section, name)];
      const items = Object.entries(section.data as Record<string, Envelope>);
      const data = Object.fromEntries(items.map(([item, one]) => [item, explained(one, name, item)]));
      return [name, { ...section, data }];
    }),
  );
}
