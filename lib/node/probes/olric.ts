// Asks Olric 0.7 for its members. It speaks RESP, not HTTP; its ids and dates exceed 2^53, so they stay text and are not reported.
import { Absent } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { firstLine } from '../../core/text.ts';
import { parseResident } from '../../parse/proc.ts';
import type { RespReply } from '../../parse/resp.ts';
import { parseCount } from '../../parse/systemctl.ts';
import { isResponsive } from '../ask.ts';
import { askMembers } from '../ask-olric.ts';
import { defineProbe, failing, readParts } from '../define.ts';
import {
  type Address,
  addressIn,
  askFirst,
  findPrograms,
  type Found,
  isActive,
  portsOf,
  propertiesOf,
  serverOf,
  withoutInstances,
} from '../find.ts';
import { readJournal } from '../journal.ts';
import { kinds } from '../kinds.ts';
import { olric as section } from '../sections/olric.ts';

const usualPort = 3320;

export const olric = defineProbe({
  name: 'olric',
  summary: 'members of the cluster, coordinator, memory, restarts, what its log says',
  section,

  async read({ host: open, config, run }) {
    const host = open();
    const { address, password } = config.node.olric;
    const found = await findPrograms(host, run, kinds.olric)
      .then((all) => withoutInstances(all, kinds.olric))
      .catch((error: unknown) => {
        if (address !== undefined) return undefined;
        throw error;
      });
    const identity = (one: Address): Address => one;
    const server =
      address === undefined && found
        ? await serverOf(host, run, found, kinds.olric, usualPort, identity)
        : { places: [addressIn(address ?? '')], seconds: 3, foundBy: 'the configuration' };
    const { place, attempt } = await askFirst(server, (one, seconds) => askMembers(host, one, seconds, password));
    const about = withoutUndefined({
      address: place && `${place.host}:${place.port}`,
      found_by: server.foundBy,
      responsive: 'answer' in attempt ? true : isResponsive(attempt.failure),
    });
    const nothing = failing(new Absent('no unit and no process of Olric is found here, only the address'));
    return readParts({
      found: async () => about,
      members: 'answer' in attempt ? async () => describeMembers(attempt.answer) : failing(attempt.failure),
      ...(found === undefined
        ? { process: nothing }
        : {
            process: async () => ({ service_active: isActive(found) }),
            memberlist: async () => ({ memberlist_up: await hasMemberlist(host, run, found) }),
            memory: async () => ({ process_mem_mb: await residentOf(host, found) }),
            restarts: () => readRestarts(host, run, found),
            log: () => readLog(host, found),
          }),
    });
  },
});

/** `[name, birth, "true" where it is the coordinator]` for each member. */
function describeMembers(reply: RespReply) {
  if (!Array.isArray(reply) || reply.length === 0)
    throw new Error(`CLUSTER.MEMBERS is not a list of members: ${JSON.stringify(reply).slice(0, 80)}`);
  const members = (reply as readonly RespReply[]).map((member) => {
    const [name, , isCoordinator] = Array.isArray(member) ? (member as readonly RespReply[]) : [];
    if (typeof name !== 'string' || (isCoordinator !== 'true' && isCoordinator !== 'false'))
      throw new Error(`CLUSTER.MEMBERS has a member of another form: ${JSON.stringify(member).slice(0, 80)}`);
    return { name: firstLine(name), isCoordinator: isCoordinator === 'true' };
  });
  const coordinator = members.find((one) => one.isCoordinator)?.name;
  return withoutUndefined({ member_count: members.length, members: members.map(({ name }) => name), coordinator });
}

/** memberlist, by which the members find each other, listens on one port of any number by both TCP and UDP. */
async function hasMemberlist(host: Host, run: object | undefined, { processes }: Found): Promise<boolean> {
  const pids = new Set(processes.map(({ pid }) => pid));
  const own = (await portsOf(host, run)).filter(({ pid }) => pid !== undefined && pids.has(pid));
  if (own.length === 0 && pids.size > 0) throw new Error('only root sees on which ports it listens');
  const ofUdp = new Set(own.flatMap(({ proto, port }) => (proto === 'udp' ? [port] : [])));
  return own.some(({ proto, port }) => proto === 'tcp' && ofUdp.has(port));
}

async function residentOf(host: Host, { processes }: Found): Promise<number> {
  if (processes.length === 0) throw new Absent('no process of it runs');
  const sizes = await Promise.all(
    processes.map(async ({ pid }) => parseResident(await host.readText(`/proc/${pid}/status`)) ?? 0),
  );
  return Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024 ** 2);
}

async function readRestarts(host: Host, run: object | undefined, { units }: Found) {
  const [unit] = units;
  if (unit === undefined) throw new Absent('it runs without a unit');
  const count = parseCount((await propertiesOf(host, run, [])).get(unit.name)?.['NRestarts']);
  if (count === undefined) throw new Error(`systemd does not say how often ${unit.name} was restarted`);
  return { restart_count: count };
}

async function readLog(host: Host, { units }: Found) {
  if (units.length === 0) throw new Absent('it runs without a unit, so it has no journal of its own');
  const lines = await readJournal(
    host,
    units.map(({ name }) => name),
    '-1h',
  );
  const countOf = (pattern: RegExp): number => lines.filter((line) => pattern.test(line)).length;
  return {
    log_errors_1h: countOf(/\[ERR(OR)?\]|\berror\b/i),
    log_suspects_1h: countOf(/\bsuspect\b/i),
    log_flapping_1h: countOf(/\bnode (joined|left)\b|\bas failed\b/i),
  };
}
