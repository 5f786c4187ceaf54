import { flag, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { object, optional } from '../../contract/shape.ts';
import { partsFields, shown, yes } from '../define.ts';

export const ipfs = defineSection({
  many: false,
  source: 'the RPC of kubo and the REST API of ipfs-cluster (try: ipfs swarm peers; ipfs-cluster-ctl id)',
  noun: 'IPFS',
  subjects: () => [],
  schema: object({
    address: optional(words('URL at which kubo answers')),
    found_by: optional(words('how kubo was found')),
    daemon_active: optional(flag('kubo answers')),
    kubo_version: optional(words('version of kubo')),
    swarm_peers: optional(quantity('1', 'connected peers')),
    repo_size_bytes: optional(quantity('byte', 'size of the repository')),
    repo_max_bytes: optional(quantity('byte', 'size that the repository may have')),
    repo_use_pct: optional(quantity('percent', 'of the size that the repository may have')),
    bootstrap_empty: optional(flag('no peers to start with are configured, as a private network wants it')),
    has_swarm_key: optional(flag('the key of a private network is there')),
    cluster_address: optional(words('URL at which the cluster answers')),
    cluster_found_by: optional(words('how the cluster was found')),
    cluster_active: optional(flag('the cluster answers')),
    cluster_version: optional(words('version of ipfs-cluster')),
    cluster_peer_count: optional(quantity('1', 'other members of the cluster')),
    cluster_errors: optional(quantity('1', 'members that report an error')),
    ...partsFields,
  }),
  group: 'ipfs',
  table: {
    title: 'IPFS',
    columns: ['answers', 'peers', 'repository', 'cluster', 'its peers', 'its errors', 'versions'],
    rows: (read) => [
      [
        yes(read.daemon_active),
        shown(read.swarm_peers),
        read.repo_use_pct === undefined ? '-' : `${read.repo_use_pct} %`,
        yes(read.cluster_active),
        shown(read.cluster_peer_count),
        shown(read.cluster_errors),
        [read.kubo_version, read.cluster_version].filter((version) => version !== undefined).join(', ') || '-',
      ],
    ],
  },
});
