// What a finder of `init` returns: entries for a configuration, and what it left out, with the reason.
import type { Host } from '../contract/host.ts';

export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain };

/** The keys of a configuration that `init` writes, in the order of the file. */
export const keys = [
  'filesystems',
  'services',
  'endpoints',
  'git',
  'streams',
  'hosts',
  'gpus',
  'plugins',
  'metrics',
  'alerts',
] as const;
export type Key = (typeof keys)[number];

export interface Finding {
  readonly key: Key;
  /** Name of the entry, as it was found; made valid and unique before it is written. A service is its own name. */
  readonly name: string;
  /** Used where two entries have the same name. */
  readonly longName?: string;
  readonly value: Plain;
  /** Where it was found; empty where the title of its key says it. */
  readonly where: string;
  /** Why the entry is written as a comment only. */
  readonly off?: string;
}

export interface LeftOut {
  readonly what: string;
  readonly why: string;
}

export interface Found {
  readonly findings: readonly Finding[];
  readonly left: readonly LeftOut[];
  /** Sentences for the person, such as how mail could leave. */
  readonly notes?: readonly string[];
}

export interface Look {
  readonly host: Host;
  readonly at: Date;
  /** Folders to search for streams. */
  readonly streamsIn: readonly string[];
  /** The text of the user's own ssh_config; empty where there is none. */
  readonly sshConfig: string;
}

export interface Finder {
  readonly name: string;
  /** What it looks at, for the message of a failure. */
  readonly summary: string;
  readonly look: (look: Look) => Promise<Found>;
}

export const defineFinder = (finder: Finder): Finder => finder;

/** Names after the last folder of a path; `root` for `/`. */
export const namesOfPath = (path: string): Pick<Finding, 'name' | 'longName'> => ({
  name: path.slice(path.lastIndexOf('/') + 1) || 'root',
  longName: path.slice(1).replaceAll('/', '-') || 'root',
});
