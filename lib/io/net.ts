// Requests to somebody else's server. Its address is a secret as often as not (a token stands in it), so no error and no
// answer names it.
import { readFileSync } from 'node:fs';
import { errorCode } from '../contract/errors.ts';
import type { Ask, Net, Reply, Secret } from '../contract/net.ts';
import { join } from '../core/path.ts';
import { oneLine } from '../core/harmless.ts';
import { reasonOf } from '../core/text.ts';
import { requestOverHttp } from './http.ts';

const mostBodyBytes = 64 * 1024;

export function makeNet(environment: Readonly<Record<string, string | undefined>> = process.env): Net {
  return { request, secret: (reference) => findSecret(reference, environment) };
}

async function request(ask: Ask): Promise<Reply> {
  const hide = hiderOf(ask);
  const { status, error, body, headers } = await requestOverHttp({ ...ask, mostBodyBytes });
  return {
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { error: hide(error) }),
    body: hide(body),
    headers: Object.fromEntries(Object.entries(headers).map(([name, said]) => [name, said && hide(said)])),
  };
}

/** A server, or Node's own words, may repeat the address that was asked for, and the token in it. */
function hiderOf({ url, headers = {} }: Ask): (text: string) => string {
  const target = URL.parse(url);
  const parts = target
    ? [
        target.href,
        `${target.pathname}${target.search}`,
        ...target.pathname.split('/'),
        ...target.searchParams.values(),
        target.username,
      ]
    : [url];
  const hidden = [
    // Shorter ones (`api`, `alerts`, `1`) are no secrets, and would leave nothing of a sentence.
    ...parts.filter((part) => part.length >= 8),
    ...secretsOf(target, headers['authorization']).flatMap(formsOf),
  ]
    .filter((part) => part !== '')
    .sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((cleaned, part) => cleaned.replaceAll(part, '…'), text);
}

/** Of any length: what is one for certain. A name without a password is a token that somebody put there. */
function secretsOf(target: URL | null, authorization = ''): string[] {
  const token = authorization.slice(authorization.indexOf(' ') + 1);
  const { username = '', password = '' } = target ?? {};
  if (username === '' && password === '') return [token];
  const login = `${username}:${password}`;
  return [token, ...[login, password || username].flatMap((one) => [one, decoded(one)])];
}

/** As it is, and as node:http sends a login. Without its padding, so that it is found with it too. */
const formsOf = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('base64url'),
];

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // node:http will refuse it
  }
}

function findSecret(reference: string, environment: Readonly<Record<string, string | undefined>>): Secret {
  const name = reference.replace(/^\$/, '');
  const plain = environment[name];
  if (plain) return { value: plain };
  const named = environment[`${name}_FILE`];
  const folder = environment['CREDENTIALS_DIRECTORY'];
  for (const path of [named, folder && join(folder, name)]) {
    if (!path) continue;
    try {
      const value = readFileSync(path, 'utf8').trim();
      return value === '' ? { missing: `${path}, where ${name} should stand, is empty` } : { value };
    } catch (error) {
      if (path === named || errorCode(error) !== 'ENOENT')
        return { missing: `${path}, where ${name} should stand, cannot be read: ${oneLine(reasonOf(error))}` };
    }
  }
  return { missing: `${name} is not set: in the environment, as a file that ${name}_FILE names, or as a credential` };
}
