// Every section of the snapshot. The keys are the names on disk.
import type * as z from 'zod/mini';
import type { Envelope } from '../../contract/envelope.ts';
import type { Section } from '../../contract/section.ts';
import { checkouts } from './checkouts.ts';
import { clock } from './clock.ts';
import { endpoints } from './endpoints.ts';
import { filesystems } from './filesystems.ts';
import { gates } from './gates.ts';
import { host } from './host.ts';
import { hosts } from './hosts.ts';
import { mirrors } from './mirrors.ts';
import { power } from './power.ts';
import { services } from './services.ts';
import { streams } from './streams.ts';
import { systemd } from './systemd.ts';
import { workspace } from './workspace.ts';

export const sections = {
  hosts,
  filesystems,
  workspace,
  streams,
  mirrors,
  power,
  gates,
  services,
  endpoints,
  checkouts,
  host,
  clock,
  systemd,
};

type All = typeof sections;

/** What a check is shown: the data of a section, or of its items that could be read. */
export type Readable = {
  [Name in keyof All]: All[Name]['many'] extends true
    ? Readonly<Record<string, z.output<All[Name]['schema']>>>
    : z.output<All[Name]['schema']>;
};

/** Every reading with its probe and its name: `host`, or `filesystems.data` where a section has items. */
export function outcomesOf(snapshot: Readonly<Record<string, Envelope>>) {
  const definitions: Readonly<Record<string, Section>> = sections;
  return Object.entries(snapshot).flatMap(([probe, section]) => {
    if (section.status !== 'ok' || !definitions[probe]?.many) return [{ probe, name: probe, outcome: section }];
    const items = Object.entries(section.data as Record<string, Envelope>);
    return items.map(([item, outcome]) => ({ probe, name: `${probe}.${item}`, outcome }));
  });
}
