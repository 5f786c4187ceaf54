// Requests to foreign servers. The address often contains a token, so it is removed from every error and every answer.
import { readFileSync } from 'node:fs';
import { errorCode } from '../contract/errors.ts';
import type { NetRequest, Net, Reply, Secret } from '../contract/net.ts';
import { join } from '../core/path.ts';
import { oneLine } from '../core/harmless.ts';
import { base64Of, hideSecretsIn } from '../core/hide.ts';
import { reasonOf } from '../core/text.ts';
import { requestOverHttp } from './http.ts';

const mostBodyBytes = 64 * 1024;

export function makeNet(environment: Readonly<Record<string, string | undefined>> = process.env): Net {
  return { request, secret: (reference) => findSecret(reference, environment) };
}

async function request(ask: NetRequest): Promise<Reply> {
  const hide = secretRemover(ask);
  const { status, error, code, body, headers } = await requestOverHttp({ ...ask, mostBodyBytes });
  return {
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { error: hide(error) }),
    ...(code === undefined ? {} : { code }),
    body: hide(body),
    headers: Object.fromEntries(Object.entries(headers).map(([name, said]) => [name, said && hide(said)])),
  };
}

/** A server's reply, or an error of Node, may repeat the requested address with the token in it. */
function secretRemover({ url, headers = {} }: NetRequest): (text: string) => string {
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
    // Shorter parts (`api`, `alerts`, `1`) are not secrets, and hiding them would make sentences unreadable.
    ...parts.filter((part) => part.length >= 8),
    ...loginSecrets(target, headers['authorization']).flatMap(formsOf),
  ]
    .filter((part) => part !== '')
    .sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((cleaned, part) => cleaned.replaceAll(part, '…'), text);
}

/** Known secrets, of any length: the Authorization token and the login. A user name without a password is a token. */
function loginSecrets(target: URL | null, authorization = ''): string[] {
  const token = authorization.slice(authorization.indexOf(' ') + 1);
  const tokens = authorization.startsWith('Basic ') ? [token, passwordOf(token)] : [token];
  const { username = '', password = '' } = target ?? {};
  if (username === '' && password === '') return tokens;
  const login = `${username}:${password}`;
  return [...tokens, ...[login, password || username].flatMap((secret) => [secret, decoded(secret)])];
}

/** A user name contains no colon (RFC 7617). */
function passwordOf(login: string): string {
  const text = Buffer.from(login, 'base64').toString();
  return text.slice(text.indexOf(':') + 1);
}

/** The secret itself and its base64 forms, as node:http sends a login; without padding, so that both spellings are found. */
const formsOf = (secret: string): string[] => [secret, ...base64Of(Buffer.from(secret))];

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // node:http will refuse this address
  }
}

const secretInQuery = /(?<==)\$[A-Z_][A-Z0-9_]*(?=[&;#]|$)/g;

/** A URL whose query names secrets, such as `?token=$STATUS_TOKEN`, with their values. */
export const withSecrets = (url: string, environment = process.env): string =>
  url.replaceAll(secretInQuery, (reference) => encodeURIComponent(valueOf(reference, environment)));

/** A server's answer may repeat the address that was asked, and the login. */
export function withoutSecrets(text: string, url: string, authorization: string | undefined): string {
  const values = (url.match(secretInQuery) ?? []).map((reference) => valueOf(reference, process.env));
  return hideSecretsIn(text, authorization === undefined ? values : [...values, ...loginSecrets(null, authorization)]);
}

function valueOf(reference: string, environment: Readonly<Record<string, string | undefined>>): string {
  const found = findSecret(reference, environment);
  if ('missing' in found) throw new Error(found.missing);
  return found.value;
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
      return value === '' ? { missing: `${path}, which should contain ${name}, is empty` } : { value };
    } catch (error) {
      if (path === named || errorCode(error) !== 'ENOENT')
        return { missing: `${path}, which should contain ${name}, cannot be read: ${oneLine(reasonOf(error))}` };
    }
  }
  return { missing: `${name} is not set: in the environment, as a file that ${name}_FILE names, or as a credential` };
}
