// The programs that a node of a fleet runs, in the versions that node-report is tried with.
import { goProgram } from './kept.ts';

const rqlite = 'github.com/rqlite/rqlite/v8';
const olric = 'github.com/olric-data/olric';

export const rqlited = (): string =>
  goProgram({
    program: `${rqlite}/cmd/rqlited`,
    version: 'v8.43.4',
    module: rqlite,
    versionIn: `${rqlite}/cmd.Version`,
  });
export const olricServer = (): string =>
  goProgram({ program: `${olric}/cmd/olric-server`, version: 'v0.7.4', module: olric });
export const coredns = (): string => goProgram({ program: 'github.com/coredns/coredns', version: 'v1.15.0' });
export const caddy = (): string =>
  goProgram({
    program: 'github.com/caddyserver/caddy/v2/cmd/caddy',
    version: 'v2.11.4',
    module: 'github.com/caddyserver/caddy/v2',
  });
export const ipfs = (): string =>
  goProgram({ program: 'github.com/ipfs/kubo/cmd/ipfs', version: 'v0.42.0', module: 'github.com/ipfs/kubo' });
export const ipfsCluster = (): string =>
  goProgram({
    program: 'github.com/ipfs-cluster/ipfs-cluster/cmd/ipfs-cluster-service',
    version: 'v1.1.6',
    module: 'github.com/ipfs-cluster/ipfs-cluster',
  });
