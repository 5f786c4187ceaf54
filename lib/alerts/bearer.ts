// A token as whoever is told of alerts wants to see it.
import type { Net } from '../contract/net.ts';

type Login = { readonly headers: Readonly<Record<string, string>> } | { readonly missing: string };

/** `token` is the $NAME of one, where the configuration has one. */
export function bearer(net: Net, token: string | undefined): Login {
  if (token === undefined) return { headers: {} };
  const found = net.secret(token);
  return 'missing' in found ? found : { headers: { authorization: `Bearer ${found.value}` } };
}
