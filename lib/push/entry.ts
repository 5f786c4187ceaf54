// A push as a kind of outbox entry: the fields of its file, and how it is sent.
import type { Net } from '../contract/net.ts';
import { type ContentOf, object, oneOf, optional, recordOf, string } from '../contract/shape.ts';
import { connectionWords } from '../core/connection.ts';
import { oneLine } from '../core/harmless.ts';
import { judgeReply } from '../core/reply.ts';
import { firstLine } from '../core/text.ts';
import { commonFields, type Fate, type Kind } from '../outbox/outbox.ts';
import type { PushConfig } from './config.ts';
import { describeGroup, groupPath, keyOf } from './group.ts';

export const methods = ['put', 'post', 'delete'] as const;

const entrySchema = object({
  ...commonFields,
  /** Sorts by the order in which the pushes were written. */
  id: string,
  url: string,
  method: oneOf(methods),
  group: recordOf(string),
  /** The text to push; absent for `delete`. */
  text: optional(string),
});

export type Entry = ContentOf<typeof entrySchema>;

export const pushKind: Kind<Entry> = {
  name: 'push',
  shape: entrySchema,
  fileName: ({ id }) => `${id}.json`,
  groupOf: (address) => address,
};

export const keyOfEntry = ({ url, group }: Pick<Entry, 'url' | 'group'>): string => keyOf(url, group);

/** `put of {job="alpha-gate"} to push.example.org:9091` */
export const describePush = ({ method, group, url }: Pick<Entry, 'method' | 'group' | 'url'>): string =>
  `${method} of ${describeGroup(group)} to ${URL.parse(url)?.host ?? 'a Pushgateway'}`;

export async function sendPush({ url, method, group, text }: Entry, net: Net, config: PushConfig): Promise<Fate> {
  const login = loginFor(url, net, config);
  if ('missing' in login) return { state: 'waiting', words: login.missing };
  const reply = await net.request({
    method: methodNames[method],
    url: `${url.replace(/\/+$/, '')}${groupPath(group)}`,
    headers: {
      ...(text === undefined ? {} : { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
      ...login.headers,
    },
    ...(text === undefined ? {} : { body: text }),
    seconds: config.push.timeout,
  });
  const { outcome, summary } = judgeReply(reply);
  if (outcome === 'accepted') return { state: 'sent', words: summary };
  const said = firstLine(oneLine(reply.body), 400);
  // Without the address, which the description of the push names.
  const happened = connectionWords(reply.code) ?? summary;
  const words = [happened, said === '' ? '' : `: ${said}`, hintOf(reply.status, said)].join('');
  return { state: outcome === 'refused' ? 'dead' : 'waiting', words };
}

const methodNames = { put: 'PUT', post: 'POST', delete: 'DELETE' } as const;

type Login = { readonly headers: Readonly<Record<string, string>> } | { readonly missing: string };

/** The password belongs to the configured server: one that `--url` names does not get it. */
function loginFor(url: string, net: Net, { push }: PushConfig): Login {
  const { user, password } = push;
  const isOurs = push.url !== undefined && URL.parse(push.url)?.origin === URL.parse(url)?.origin;
  if (user === undefined || password === undefined || !isOurs) return { headers: {} };
  const found = net.secret(password);
  if ('missing' in found) return found;
  return { headers: { authorization: `Basic ${Buffer.from(`${user}:${found.value}`).toString('base64')}` } };
}

/** Advice on a refusal: the answer of a Pushgateway says what is wrong, but not what to do. */
function hintOf(status: number | undefined, said: string): string {
  if (status === 401 || status === 403) return ' (`user` and `password` of `push` are sent to its `url` only)';
  if (status === 404 || status === 405) return ' (is it the address of a Pushgateway?)';
  if (status === 400 && /is not a [A-Z]{5}/.test(said))
    return ' (another group has a metric of this name with another TYPE: delete that group, or rename the metric)';
  return '';
}
