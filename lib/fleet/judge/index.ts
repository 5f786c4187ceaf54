// The judgements of a fleet, in the order of its documentation.
import type { AnyJudgement } from '../define.ts';
import { addressConflict } from './address-conflict.ts';
import { anyoneBootstrap } from './anyone-bootstrap.ts';
import { caddy } from './caddy.ts';
import { certificate } from './certificate.ts';
import { clock } from './clock.ts';
import { coredns } from './coredns.ts';
import { disk } from './disk.ts';
import { dnsPorts } from './dns-ports.ts';
import { dnsResolution } from './dns-resolution.ts';
import { failedUnits } from './failed-units.ts';
import { gatewayResponding } from './gateway-responding.ts';
import { gatewayStatus } from './gateway-status.ts';
import { gatewaySubsystem } from './gateway-subsystem.ts';
import { inodes } from './inodes.ts';
import { internet } from './internet.ts';
import { ipfsBootstrap } from './ipfs-bootstrap.ts';
import { ipfsClusterErrors } from './ipfs-cluster-errors.ts';
import { ipfsClusterPeers } from './ipfs-cluster-peers.ts';
import { ipfsClusterResponding } from './ipfs-cluster-responding.ts';
import { ipfsRepository } from './ipfs-repository.ts';
import { ipfsResponding } from './ipfs-responding.ts';
import { ipfsSwarm } from './ipfs-swarm.ts';
import { ipfsSwarmKey } from './ipfs-swarm-key.ts';
import { load } from './load.ts';
import { memory } from './memory.ts';
import { namespaceGateway } from './namespace-gateway.ts';
import { namespaceOlric } from './namespace-olric.ts';
import { namespaceRqlite } from './namespace-rqlite.ts';
import { namespaceSpread } from './namespace-spread.ts';
import { networkCut } from './network-cut.ts';
import { nodeReached } from './node-reached.ts';
import { olricErrors } from './olric-errors.ts';
import { olricFlapping } from './olric-flapping.ts';
import { olricMemberlist } from './olric-memberlist.ts';
import { olricMembers } from './olric-members.ts';
import { olricMemory } from './olric-memory.ts';
import { olricResponding } from './olric-responding.ts';
import { olricSuspects } from './olric-suspects.ts';
import { oomKills } from './oom-kills.ts';
import { orphans } from './orphans.ts';
import { panics } from './panics.ts';
import { retransmission } from './retransmission.ts';
import { rqliteApplied } from './rqlite-applied.ts';
import { rqliteCommit } from './rqlite-commit.ts';
import { rqliteErrors } from './rqlite-errors.ts';
import { rqliteFsmPending } from './rqlite-fsm-pending.ts';
import { rqliteGoroutines } from './rqlite-goroutines.ts';
import { rqliteHeap } from './rqlite-heap.ts';
import { rqliteLeader } from './rqlite-leader.ts';
import { rqliteLeaderAgreement } from './rqlite-leader-agreement.ts';
import { rqliteLeaderNotFound } from './rqlite-leader-not-found.ts';
import { rqlitePeer } from './rqlite-peer.ts';
import { rqliteRead } from './rqlite-read.ts';
import { rqliteReady } from './rqlite-ready.ts';
import { rqliteResponding } from './rqlite-responding.ts';
import { rqliteSnapshots } from './rqlite-snapshots.ts';
import { rqliteState } from './rqlite-state.ts';
import { rqliteTerms } from './rqlite-terms.ts';
import { rqliteVoters } from './rqlite-voters.ts';
import { sectionMissing } from './section-missing.ts';
import { serviceRestarts } from './service-restarts.ts';
import { serviceState } from './service-state.ts';
import { swap } from './swap.ts';
import { ufw } from './ufw.ts';
import { ufwInternalPorts } from './ufw-internal-ports.ts';
import { versions } from './versions.ts';
import { wireguardHandshake } from './wireguard-handshake.ts';
import { wireguardInterface } from './wireguard-interface.ts';
import { wireguardPeers } from './wireguard-peers.ts';
import { zombies } from './zombies.ts';

export const judgements: readonly AnyJudgement[] = [
  nodeReached,
  sectionMissing,
  networkCut,
  addressConflict,
  rqliteLeader,
  rqliteLeaderAgreement,
  rqliteTerms,
  rqliteVoters,
  rqlitePeer,
  rqliteResponding,
  rqliteState,
  rqliteReady,
  rqliteRead,
  rqliteApplied,
  rqliteCommit,
  rqliteFsmPending,
  rqliteGoroutines,
  rqliteHeap,
  rqliteLeaderNotFound,
  rqliteSnapshots,
  rqliteErrors,
  wireguardInterface,
  wireguardPeers,
  wireguardHandshake,
  oomKills,
  inodes,
  memory,
  disk,
  load,
  swap,
  clock,
  versions,
  serviceState,
  serviceRestarts,
  failedUnits,
  panics,
  zombies,
  orphans,
  coredns,
  caddy,
  dnsPorts,
  dnsResolution,
  certificate,
  anyoneBootstrap,
  namespaceGateway,
  namespaceRqlite,
  namespaceOlric,
  namespaceSpread,
  ufw,
  ufwInternalPorts,
  internet,
  retransmission,
  olricResponding,
  olricMemberlist,
  olricMembers,
  olricSuspects,
  olricFlapping,
  olricErrors,
  olricMemory,
  ipfsResponding,
  ipfsClusterResponding,
  ipfsSwarm,
  ipfsClusterPeers,
  ipfsClusterErrors,
  ipfsRepository,
  ipfsSwarmKey,
  ipfsBootstrap,
  gatewayResponding,
  gatewayStatus,
  gatewaySubsystem,
];
