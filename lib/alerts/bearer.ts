// A token as the Authorization header that webhooks and Alertmanager expect.
import type { Net } from '../contract/net.ts';

type Login = { readonly headers: Readonly<Record<string, string>> } | { readonly missing: string };

/** `token` is the $NAME of a secret, if the configuration has one. */
export function bearer(net: Net, token: string | undefined): Login {
  if (token === undefined) return { headers: {} };
  const found = net.secret(token);
  return 'missing' in found ? found : { headers: { authorization: `Bearer ${found.value}` } };
}
