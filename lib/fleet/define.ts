// Defines a judgement: a check over the sections of all nodes, with what an alert about it says beside the level.
import type { AnyCheck, Check } from '../contract/check.ts';
import type { ContentOf } from '../contract/shape.ts';
import type { Severity } from '../core/severity.ts';
import type { nodeSections } from '../node/sections/index.ts';

/** What is known of a node beside its sections. Every node of the configuration has facts, whether it was reached or not. */
export interface NodeFacts {
  readonly role?: string | undefined;
  readonly reached: boolean;
  /** Why the node sent no report. */
  readonly error?: string | undefined;
  readonly target: string;
  readonly version?: string | undefined;
  /** The time by the clock of the node, less the time by the clock of this machine. */
  readonly clock_offset_seconds?: number | undefined;
  /** The true offset lies within this many seconds of the other, because the moment at which the node read its clock is not known. */
  readonly clock_uncertainty_seconds?: number | undefined;
  /** Section that the node must have, and that it does not have, as its report says → why. */
  readonly missing?: Readonly<Record<string, string>>;
}

export const isNameserver = (role: string | undefined): boolean => role?.startsWith('nameserver') === true;

type Sections = typeof nodeSections;

/** Section → node → what the node reported in the section. Nodes whose section is absent, or could not be read, are missing. */
export type FleetReadable = {
  readonly nodes: Readonly<Record<string, NodeFacts>>;
  readonly links: Links;
  readonly members: readonly Member[];
  readonly mesh: Mesh;
} & { readonly [Name in keyof Sections]: Readonly<Record<string, ContentOf<Sections[Name]['schema']>>> };

/** Nodes that have WireGuard, or that did not say whether they have: each should be a peer of each other one. */
export type Mesh = readonly string[];

/** A peer of WireGuard, as a node lists it. */
export type Peer = NonNullable<FleetReadable['wireguard'][string]['peers']>[number];

/** Which peer of WireGuard and which Raft address belongs to which node, and which nodes reach one another. */
export interface Links {
  /** Node → what it says of its peers of WireGuard. */
  readonly peers: Readonly<Record<string, readonly PeerRow[]>>;
  /** The nodes of the mesh that the node lacks as peers; undefined where not all of its peers are known. */
  readonly missingPeers: (node: string) => readonly string[] | undefined;
  /** The nodes that a Raft address may belong to: one where that is known, none where it is no node of the fleet. */
  readonly raftNodes: (address: string) => readonly string[];
  readonly tunnels: readonly Tunnel[];
  /** The id of the alert about a tunnel through which rqlite of the node would reach one of the others, and that never had a handshake. */
  readonly deadTunnel: (node: string, others: readonly string[]) => string | undefined;
  readonly cut: Cut | undefined;
  /** Whether all nodes that other nodes name as members of rqlite, or as peers of WireGuard, reach one another, directly or through others.
   * False as well where that cannot be told, because rqlite of a node is stopped, say. */
  readonly isWhole: boolean;
  /** The id of the alert about the cut, as the cause of findings that follow from a cut on whichever side they are. */
  readonly cutCause: string | undefined;
  /** The same id where the node is on another side of the cut than all of the others: the cause of what is wrong between them. */
  readonly acrossCause: (node: string, others: readonly string[]) => string | undefined;
  /** The same id where the node's side is not more than half of the nodes: the cause of what is wrong on a side without a quorum. */
  readonly minorityCause: (node: string) => string | undefined;
}

/** What a node says of another node, or of a stranger, among its peers. */
export interface PeerRow {
  /** The name of the node, or the address of the peer. */
  readonly to: string;
  /** The nodes that the peer may be: one where that is known, none where the peer is no node of the fleet. */
  readonly nodes: readonly string[];
  readonly peer: Peer;
}

/** A tunnel of WireGuard between two ends, of which one or both sent a report. */
export interface Tunnel {
  /** `NODE/ADDRESS`: the first end that sent a report, and the address of the other end. */
  readonly subject: string;
  /** The ends that sent a report, in the order of their names, each with its row about the other end. */
  readonly ends: readonly { readonly node: string; readonly peer: Peer }[];
  /** The nodes that the peer of the first end may be. */
  readonly others: readonly string[];
}

export interface Cut {
  /** The names of the nodes on each side, the largest side first. No node of one side reaches a node of another side. */
  readonly sides: readonly (readonly string[])[];
  /** Node → a sentence that names the nodes which this node does not reach. */
  readonly evidence: Readonly<Record<string, string>>;
}

/** A member of the rqlite cluster, as the nodes list it. */
export interface Member {
  /** The name of the node, or `cluster/ADDRESS` where the Raft address belongs to no known node. */
  readonly subject: string;
  /** The name of the node or the Raft address, for messages. */
  readonly name: string;
  readonly node: string | undefined;
  readonly isVoter: boolean;
  /** Whether rqlite of the member answers, or another node reaches it. */
  readonly isThere: boolean;
  readonly reachedBy: readonly string[];
  /** Node → why this node does not reach the member. */
  readonly notReachedBy: Readonly<Record<string, string>>;
  /** The id of the alert from which it follows that the member is not reached. */
  readonly because: string | undefined;
}

/** The words about a judgement that its alerts show. */
interface About {
  /** The part of a node that alerts of the judgement are about, such as `rqlite` or `system`. */
  readonly subsystem: string;
  /** The severities that its alerts may have. Red is critical. Amber is info where info is listed here, else a warning. */
  readonly severities: readonly Severity[];
  /** What an operator does about such an alert. */
  readonly advice: string;
}

/** A check of which each finding has as its subject a node, `NODE/PART` for a part of the node, or `cluster`. */
export interface Judgement<Readable = never> extends Check<Readable>, About {}

/** A judgement as the list of all judgements holds it, without the types of the sections that it needs. */
export type AnyJudgement = AnyCheck & About;

export const defineJudgement = <Need extends keyof FleetReadable>(
  judgement: Judgement<Pick<FleetReadable, Need>> & { readonly needs: readonly Need[] },
): Judgement<Pick<FleetReadable, Need>> => judgement;

/** The subject of findings about several nodes together. */
export const cluster = 'cluster';

/** The name of alerts about a section, or a part of one, that a node could not read. */
export const unreadName = 'section-read';

/** The ids of the alerts that are named as causes of other findings. */
export const causes = {
  node: (node: string): string => `node-reached:${node}`,
  missing: (node: string, section: string): string => `section-missing:${node}/${section}`,
  cut: `network-cut:${cluster}`,
  address: (address: string): string => `address-conflict:${cluster}/${address}`,
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
