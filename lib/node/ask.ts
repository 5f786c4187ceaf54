// Questions to the programs of the node by HTTP.
import { NoAnswer } from '../contract/errors.ts';
import type { GetOptions, Host } from '../contract/host.ts';
import { maskUrls } from '../core/urls.ts';
import { firstLine } from '../core/text.ts';
import { parseForeignJson } from '../parse/json.ts';

/** What an answer may hold at most. Any user may start a program that passes for another, on many ports, and all answers are parsed in
 * this process. */
const limits = { characters: 1024 * 1024, depth: 32, values: 100_000 };

type Ask = Omit<GetOptions, 'timeoutMs' | 'bodyBytes'> & { readonly seconds: number };

/** Status and body of the reply; throws NoAnswer where there is none. */
export async function askText(
  host: Host,
  url: string,
  { seconds, ...ask }: Ask,
): Promise<{ status: number; body: string }> {
  const reply = await host.get(url, { ...ask, timeoutMs: seconds * 1000, bodyBytes: limits.characters });
  const { status, error = 'it has no body', body } = reply;
  if (status === undefined) throw new NoAnswer(`${maskUrls(url)}: ${error}`);
  if (body === undefined) throw new Error(`the answer of ${maskUrls(url)} cannot be used: ${error}`);
  return { status, body };
}

/** The JSON of a reply with status 200. */
export async function askJson(host: Host, url: string, ask: Ask): Promise<unknown> {
  const { status, body } = await askText(host, url, ask);
  if (status !== 200)
    throw new Error(`${maskUrls(url)} answers with status ${status}${body === '' ? '' : `: ${firstLine(body, 120)}`}`);
  return parseForeignJson(body, `the answer of ${maskUrls(url)}`, limits);
}

/** False where a program was asked and did not answer. Undefined where the attempt failed otherwise: it may answer others. */
export const isResponsive = (failure: unknown): boolean | undefined =>
  failure instanceof NoAnswer ? false : undefined;

/** Fields of foreign JSON. A value of another type counts as missing, so that it cannot pass for a reading. */
export const textAt = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= 1000 ? value : undefined;
export const numberAt = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
export const flagAt = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);
