// Asks the gateway of the node for its health.
import { Absent } from '../../contract/errors.ts';
import { isObject } from '../../contract/shape.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { firstLine } from '../../core/text.ts';
import { maskUrls } from '../../core/urls.ts';
import { parseForeignJson } from '../../parse/json.ts';
import { askText, isResponsive, textAt } from '../ask.ts';
import { defineProbe, failing, readParts } from '../define.ts';
import { askFirst, findServer, urlOf } from '../find.ts';
import { kinds } from '../kinds.ts';
import { gateway as section } from '../sections/gateway.ts';

const usualPort = 6001;
const healthPath = '/v1/health';

export const gateway = defineProbe({
  name: 'gateway',
  summary: 'HTTP health of the gateway, and of its subsystems',
  section,

  async read({ host: open, config, run }) {
    const host = open();
    const { url, authorization } = config.node.gateway;
    const server = await findServer(host, run, kinds.gateway, usualPort, url, (at) => `${urlOf(at)}${healthPath}`);
    const { place, attempt } = await askFirst(server, (one, seconds) => askText(host, one, { seconds, authorization }));
    const found = withoutUndefined({ address: place && maskUrls(place), found_by: server.foundBy });
    if ('failure' in attempt)
      return readParts({
        found: async () => withoutUndefined({ ...found, responsive: isResponsive(attempt.failure) }),
        health: failing(attempt.failure),
      });
    const { status, body } = attempt.answer;
    return readParts({
      found: async () => ({ ...found, responsive: true, http_status: status }),
      health: async () => describeHealth(body),
    });
  },
});

const mostSubsystems = 100;

/** Names of the subsystems → their state: a word, or an object with `status`, `latency` and `error`. */
function describeHealth(body: string) {
  if (!body.trimStart().startsWith('{')) throw new Absent('its answer names no subsystems');
  const found = parseForeignJson(body, 'the health of the gateway');
  if (!isObject(found)) throw new Absent('its answer names no subsystems');
  const all = found['subsystems'] ?? found['checks'] ?? found['services'];
  const subsystems = isObject(all)
    ? Object.entries(all)
        .slice(0, mostSubsystems)
        .map(([name, state]) => [firstLine(name, 80), describeState(state)] as const)
    : undefined;
  return withoutUndefined({
    version: textAt(found['version']),
    subsystems: subsystems && Object.fromEntries(subsystems),
  });
}

function describeState(state: unknown) {
  if (!isObject(state)) return { status: firstLine(String(state), 80) };
  const { status, latency, error } = state;
  return withoutUndefined({
    status: textAt(status),
    latency: typeof latency === 'number' ? String(latency) : textAt(latency),
    error: textAt(error) || undefined,
  });
}
