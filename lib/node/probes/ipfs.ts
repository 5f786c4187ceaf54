// Asks kubo 0.42 and ipfs-cluster 1.1 for their state.
import { Absent, isMissing } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { isObject } from '../../contract/shape.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { join } from '../../core/path.ts';
import { percentOf } from '../../core/quantity.ts';
import { maskUrls } from '../../core/urls.ts';
import { parseForeignJson } from '../../parse/json.ts';
import { askJson, askText, isResponsive, numberAt, textAt } from '../ask.ts';
import { attempt, defineProbe, failing, readParts } from '../define.ts';
import { askFirst, findServer, type Server } from '../find.ts';
import { kinds } from '../kinds.ts';
import { ipfs as section } from '../sections/ipfs.ts';

const usualPorts = { kubo: 5001, cluster: 9094 };

export const ipfs = defineProbe({
  name: 'ipfs',
  summary: 'kubo and its cluster: peers, repository, versions, key of the private network',
  section,

  async read({ host: open, config, run }) {
    const host = open();
    const { url, authorization, cluster_url: clusterUrl, cluster_authorization: ofCluster, repo } = config.node.ipfs;
    const [kubo, cluster] = await Promise.all([
      attempt(async () => {
        const server = await findServer(host, run, kinds.kubo, usualPorts.kubo, url);
        return {
          server,
          ...(await askFirst(server, (base, seconds) => askVersion(host, base, seconds, authorization))),
        };
      }),
      attempt(async () => {
        const server = await findServer(host, run, kinds.cluster, usualPorts.cluster, clusterUrl);
        return { server, ...(await askFirst(server, (base, seconds) => askId(host, base, seconds, ofCluster))) };
      }),
    ]);
    if ('failure' in kubo && 'failure' in cluster) throw kubo.failure;
    return readParts({
      ...('failure' in kubo
        ? { kubo: failing(kubo.failure) }
        : {
            ...partsOfKubo(host, kubo.answer, authorization),
            swarm_key: async () => ({ has_swarm_key: await hasSwarmKey(host, repo) }),
          }),
      ...('failure' in cluster
        ? { cluster: failing(cluster.failure) }
        : partsOfCluster(host, cluster.answer, ofCluster)),
    });
  },
});

type Asked<Answer> = Awaited<ReturnType<typeof askFirst<string, Answer>>> & { readonly server: Server<string> };

/** kubo answers 405 to any method but POST. */
const askKubo = (host: Host, base: string, call: string, seconds: number, authorization: string | undefined) =>
  askJson(host, `${base}/api/v0/${call}`, { seconds, authorization, method: 'POST' });

async function askVersion(host: Host, base: string, seconds: number, authorization: string | undefined) {
  const found = await askKubo(host, base, 'version', seconds, authorization);
  const version = isObject(found) ? textAt(found['Version']) : undefined;
  if (version === undefined) throw new Error(`${maskUrls(base)}/api/v0/version is not that of kubo`);
  return version;
}

function partsOfKubo(
  host: Host,
  { server, place: base, attempt: asked }: Asked<string>,
  authorization: string | undefined,
) {
  const about = withoutUndefined({ address: base && maskUrls(base), found_by: server.foundBy });
  if ('failure' in asked || base === undefined) {
    const failure = 'failure' in asked ? asked.failure : undefined;
    return {
      found: async () => withoutUndefined({ ...about, daemon_active: isResponsive(failure) }),
      kubo: failing(failure),
    };
  }
  const ask = (call: string) => askKubo(host, base, call, server.seconds, authorization);
  return {
    found: async () => ({ ...about, daemon_active: true, kubo_version: asked.answer }),
    swarm: async () => ({ swarm_peers: countOf(await ask('swarm/peers'), 'Peers') }),
    // Without size-only kubo walks the whole repository.
    repo: async () => {
      const found = await ask('repo/stat?size-only=true');
      const [size, most] = isObject(found) ? [numberAt(found['RepoSize']), numberAt(found['StorageMax'])] : [];
      if (size === undefined) throw new Error('repo/stat has no RepoSize');
      return withoutUndefined({
        repo_size_bytes: size,
        repo_max_bytes: most || undefined,
        repo_use_pct: most ? Math.round(percentOf(size, most) * 100) / 100 : undefined,
      });
    },
    bootstrap: async () => ({ bootstrap_empty: countOf(await ask('bootstrap/list'), 'Peers') === 0 }),
  };
}

/** Length of a list in an answer of kubo, which writes null for an empty list. */
function countOf(found: unknown, key: string): number {
  const list = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined;
  if (list === null) return 0;
  if (Array.isArray(list)) return list.length;
  throw new Error(`the answer of kubo has no list ${key}`);
}

async function hasSwarmKey(host: Host, repo: string | undefined): Promise<boolean> {
  if (repo === undefined) throw new Absent('node.ipfs.repo names no folder');
  return host.stat(join(repo, 'swarm.key')).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );
}

interface ClusterId {
  readonly id: string;
  readonly version: string | undefined;
  readonly peers: readonly unknown[];
}

/** Asks one member for its identity and the members that it knows. It asks nobody else for that, so it answers at once. */
async function askId(host: Host, base: string, seconds: number, authorization: string | undefined): Promise<ClusterId> {
  const found = await askJson(host, `${base}/id`, { seconds, authorization });
  const [id, peers] = isObject(found) ? [textAt(found['id']), found['cluster_peers'] ?? []] : [];
  if (id === undefined || !isObject(found) || !Array.isArray(peers))
    throw new Error(`${maskUrls(base)}/id is not that of ipfs-cluster`);
  return { id, version: textAt(found['version']), peers };
}

function partsOfCluster(
  host: Host,
  { server, place: base, attempt: asked }: Asked<ClusterId>,
  authorization: string | undefined,
) {
  const about = withoutUndefined({ cluster_address: base && maskUrls(base), cluster_found_by: server.foundBy });
  if ('failure' in asked || base === undefined) {
    const failure = 'failure' in asked ? asked.failure : undefined;
    return {
      cluster_found: async () => withoutUndefined({ ...about, cluster_active: isResponsive(failure) }),
      cluster: failing(failure),
    };
  }
  const { id, version, peers } = asked.answer;
  const others = peers.filter((peer) => peer !== id).length;
  return {
    cluster_found: async () =>
      withoutUndefined({ ...about, cluster_active: true, cluster_version: version, cluster_peer_count: others }),
    // For /peers the cluster asks every member, so it is slow. It answers with one JSON object a line.
    cluster_errors: async () => {
      const { status, body } = await askText(host, `${base}/peers`, { seconds: server.seconds, authorization });
      if (status !== 200) throw new Error(`/peers answers with status ${status}`);
      const lines = body.split('\n').filter((line) => line.trim() !== '');
      // A stream that broke off says so in a trailer, after the status.
      if (lines.length < others + 1) throw new Error(`/peers names ${lines.length} members, and /id ${others + 1}`);
      const members = lines.slice(0, mostMembers).map((line) => parseForeignJson(line, 'a line of /peers'));
      return { cluster_errors: members.filter((one) => !isObject(one) || (one['error'] ?? '') !== '').length };
    },
  };
}

const mostMembers = 1000;
