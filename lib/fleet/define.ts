// Defines a judgement: a check over the sections of all nodes, with what an alert about it says beside the level.
import type { AnyCheck, Check } from '../contract/check.ts';
import type { ContentOf } from '../contract/shape.ts';
import type { nodeSections } from '../node/sections/index.ts';

export type Severity = 'critical' | 'warning' | 'info';

/** Of a node itself. All nodes that should be there are among them. */
export interface NodeFacts {
  readonly role?: string | undefined;
  readonly reached: boolean;
  /** Why there is no report. */
  readonly error?: string | undefined;
  readonly target: string;
  readonly version?: string | undefined;
  /** The clock of the node, less that of this machine. */
  readonly clock_offset_seconds?: number | undefined;
  /** The offset is right to within this: nobody knows when in that time the node read its clock. */
  readonly clock_uncertainty_seconds?: number | undefined;
}

type Sections = typeof nodeSections;

/** Section → node → what the node reported. Nodes whose section is absent, or could not be read, are missing there. */
export type FleetReadable = {
  readonly nodes: Readonly<Record<string, NodeFacts>>;
  readonly links: Links;
  readonly members: readonly Member[];
  readonly mesh: Mesh;
} & { readonly [Name in keyof Sections]: Readonly<Record<string, ContentOf<Sections[Name]['schema']>>> };

/** Nodes that have WireGuard, or that did not say whether they have: each should be a peer of each other one. */
export type Mesh = readonly string[];

/** Of WireGuard. */
export type Peer = NonNullable<FleetReadable['wireguard'][string]['peers']>[number];

/** Which peer and which Raft address is which node, and how they reach one another. */
export interface Links {
  /** The nodes that a peer of the reader may be: one where that is known, none where the peer is no node of the fleet. */
  readonly peerNodes: (reader: string, peer: Peer) => readonly string[];
  /** The same for a Raft address. */
  readonly raftNodes: (address: string) => readonly string[];
  readonly tunnels: readonly Tunnel[];
  /** The id of a tunnel that never stood between a node and one of these others, and that its rqlite needs. */
  readonly deadTunnel: (node: string, others: readonly string[]) => string | undefined;
  readonly cut: Cut | undefined;
  /** The id of the cut, for what follows from it anywhere. */
  readonly cutCause: string | undefined;
  /** The same for what is wrong between two nodes, or a node and several, and follows from it only across the cut. */
  readonly acrossCause: (node: string, others: readonly string[]) => string | undefined;
  /** The same for what follows from it only on a side that is not more than half of the nodes. */
  readonly minorityCause: (node: string) => string | undefined;
}

/** A way between two ends of WireGuard, of which one or both report. */
export interface Tunnel {
  /** The same whichever end reports, as long as the first does. */
  readonly subject: string;
  /** Those that report, in the order of their names, and what each says of the other. */
  readonly ends: readonly { readonly node: string; readonly peer: Peer }[];
  /** The nodes that the other end of the first may be. */
  readonly others: readonly string[];
}

export interface Cut {
  /** The largest first. No node of a side reaches one of another side. */
  readonly sides: readonly (readonly string[])[];
  /** Node → what it does not reach. */
  readonly evidence: Readonly<Record<string, string>>;
}

/** A member of the rqlite cluster, as the nodes list it. */
export interface Member {
  /** The node, or its address below `cluster` where no node of the fleet is known to have it. */
  readonly subject: string;
  /** For people: the node, or its address. */
  readonly name: string;
  readonly node: string | undefined;
  readonly isVoter: boolean;
  /** Whether it answers, or another node reaches it. */
  readonly isThere: boolean;
  readonly reachedBy: readonly string[];
  /** Node → why. */
  readonly notReachedBy: Readonly<Record<string, string>>;
  /** The id of why it is not reached. */
  readonly because: string | undefined;
}

/** What a judgement says beside its levels. */
interface About {
  /** Part of the node that the alert is about: `rqlite`, `system`. */
  readonly subsystem: string;
  /** The severities that it may have: red is critical, amber is a warning, or info where that is among them. */
  readonly severities: readonly Severity[];
  /** What to do about it. */
  readonly advice: string;
}

/** The subject is a node, `NODE/PART` for a part of it, or `cluster`. */
export interface Judgement<Readable = never> extends Check<Readable>, About {}

/** A judgement whose sections are not known. */
export type AnyJudgement = AnyCheck & About;

export const defineJudgement = <Need extends keyof FleetReadable>(
  judgement: Judgement<Pick<FleetReadable, Need>> & { readonly needs: readonly Need[] },
): Judgement<Pick<FleetReadable, Need>> => judgement;

/** The subject of what no single node has. */
export const cluster = 'cluster';

/** Ids of alerts from which others follow. */
export const causes = {
  node: (node: string): string => `node-reached:${node}`,
  cut: `network-cut:${cluster}`,
  leader: `rqlite-leader:${cluster}`,
  voters: `rqlite-voters:${cluster}`,
  rqlite: (node: string): string => `rqlite-responding:${node}`,
  rqlitePeer: (subject: string): string => `rqlite-peer:${subject}`,
  wireguard: (node: string): string => `wireguard-interface:${node}`,
  handshake: (subject: string): string => `wireguard-handshake:${subject}`,
  service: (node: string, unit: string): string => `service-state:${node}/${unit}`,
  coredns: (node: string): string => `coredns:${node}`,
  olric: (node: string): string => `olric-responding:${node}`,
  kubo: (node: string): string => `ipfs-responding:${node}`,
  ipfsCluster: (node: string): string => `ipfs-cluster-responding:${node}`,
  gateway: (node: string): string => `gateway-responding:${node}`,
  caddy: (node: string): string => `caddy:${node}`,
  namespace: (node: string, namespace: string, program: string): string => `namespace-${program}:${node}/${namespace}`,
} as const;
