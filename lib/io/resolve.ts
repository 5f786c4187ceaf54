// Questions to a name server: see contract/converse.ts. Not by getaddrinfo, which also reads /etc/hosts and asks several servers.
import { Resolver } from 'node:dns/promises';
import type { Resolve } from '../contract/converse.ts';
import { errorCode } from '../contract/errors.ts';
import { formatLimit } from '../core/quantity.ts';
import { reasonOf } from '../core/text.ts';

/** There is such a name without such a record, or no such name. */
const empty = new Set(['ENODATA', 'ENOTFOUND']);

const failures: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  EREFUSED: 'it refuses the question',
  ESERVFAIL: 'it failed to find the answer (SERVFAIL)',
  ETIMEOUT: 'no answer',
  EBADRESP: 'its answer is not one of a name server',
};

export const resolveName: Resolve = async ({ name, type, server, seconds }) => {
  const resolver = new Resolver({ timeout: seconds * 1000, tries: 1 });
  const shown = server ?? 'the name servers of this machine';
  if (server !== undefined) resolver.setServers([server]);
  // The resolver's own deadline counts for each server, and not in every state.
  const timer = setTimeout(() => resolver.cancel(), seconds * 1000);
  try {
    if (type === 'SOA') return [(await resolver.resolveSoa(name)).nsname];
    return await resolver.resolve(name, type);
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (empty.has(code)) return [];
    const why =
      code === 'ECANCELLED' ? `no answer within ${formatLimit(seconds)}` : (failures[code] ?? reasonOf(error));
    // oxlint-disable-next-line preserve-caught-error -- messages end with their cause, and this one says only `queryA ETIMEOUT`
    throw new Error(`${type} of ${name}, asked of ${shown}: ${why}`);
  } finally {
    clearTimeout(timer);
  }
};
