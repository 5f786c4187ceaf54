// Asks rqlite for its state, and whether it is ready.
import type { Host } from '../contract/host.ts';
import { isObject } from '../contract/shape.ts';
import { firstLine } from '../core/text.ts';
import { askJson, askText } from './ask.ts';

export type Ask = { readonly seconds: number; readonly authorization: string | undefined };

export async function askStatus(host: Host, base: string, ask: Ask): Promise<object> {
  const status = await askJson(host, `${base}/status`, ask);
  if (isObject(status) && isObject(status['store'])) return status;
  throw new Error(`${base}/status is not that of rqlite: it has no store`);
}

export async function readReady(host: Host, base: string, ask: Ask) {
  const { status, body } = await askText(host, `${base}/readyz`, ask);
  // A node that is not ready answers 503; some versions answer 500 where there is no leader.
  if (status !== 200 && status < 500) throw new Error(`${base}/readyz answers with status ${status}`);
  return { ready: status === 200, ...(status === 200 ? {} : { ready_says: firstLine(body.replaceAll('\n', ' ')) }) };
}
