// The kinds of programs that the report finds by itself, whatever product they belong to.

export interface Kind {
  readonly noun: string;
  /** Matches the names of its units without instance and type, such as `orama-rqlite` of `orama-rqlite@alice.service`. */
  readonly units: RegExp;
  /** Names of its processes; the kernel keeps only 15 characters of each. */
  readonly processes: readonly string[];
}

export const kinds = {
  rqlite: { noun: 'rqlite', units: /(^|[-.])rqlited?$/, processes: ['rqlited'] },
  olric: { noun: 'Olric', units: /(^|[-.])olricd?(-server)?$/, processes: ['olricd', 'olric-server', 'olric'] },
  kubo: { noun: 'IPFS', units: /(^|[-.])(ipfs|ipfsd|kubo)$/, processes: ['ipfs'] },
  cluster: { noun: 'an IPFS cluster', units: /(^|[-.])ipfs-cluster(-service)?$/, processes: ['ipfs-cluster-se'] },
  gateway: { noun: 'a gateway', units: /(^|[-.])gateway$/, processes: [] },
  sfu: { noun: 'an SFU', units: /(^|[-.])sfu$/, processes: [] },
  turn: { noun: 'a TURN server', units: /(^|[-.])(coturn|turn(server)?)$/, processes: [] },
  coredns: { noun: 'CoreDNS', units: /(^|[-.])coredns$/, processes: ['coredns'] },
  caddy: { noun: 'Caddy', units: /(^|[-.])caddy(-api)?$/, processes: ['caddy'] },
  anyone: { noun: 'Anyone or tor', units: /(^|[-.])(anon|anyone|tor)(-relay|-client)?$/, processes: ['anon', 'tor'] },
  wireguard: { noun: 'WireGuard', units: /^wg-quick$/, processes: [] },
} as const satisfies Readonly<Record<string, Kind>>;

export const kindNames: readonly Kind[] = Object.values(kinds);
