// Sends the spans of this process, in one request.
import { hostname } from 'node:os';
import { hideSecretsIn } from '../core/hide.ts';
import { type Attributes, type Span, traceBody, whyNotTaken } from '../core/otlp.ts';
import { otlpSettings } from '../core/otlp-settings.ts';
import { counted, firstLine, reasonOf } from '../core/text.ts';
import { makeNet } from './net.ts';
import { product } from './product.ts';

/** Returns the problems. Never throws: a trace that is lost fails no run. */
export async function sendTrace(spans: readonly Span[], about: Attributes): Promise<string[]> {
  const { url, headers, seconds, resource, problems } = otlpSettings(process.env);
  if (url === undefined) return [...problems];
  const body = traceBody(
    { ...self(), ...about, ...resource },
    { name: 'ops-monitor', version: product.version },
    spans,
  );
  const type = { 'content-type': 'application/json' };
  const why = await makeNet()
    .request({ method: 'POST', url, headers: { ...headers, ...type }, body, seconds })
    .then(
      ({ status, error, body: answer }) =>
        status === undefined ? (error ?? 'no answer') : whyNotTaken(status, answer),
      reasonOf,
    );
  if (why === undefined) return [...problems];
  const what = `the trace (${counted(spans.length, 'span')}) could not be sent to ${URL.parse(url)?.host ?? ''}`;
  return [...problems, `${what}: ${firstLine(hideSecretsIn(why, secretsIn(headers)))}`];
}

/** The values, and what stands in them behind the name of a scheme: of `Bearer sk-1`, a receiver that refuses repeats `sk-1`. */
const secretsIn = (headers: Readonly<Record<string, string>>): string[] =>
  Object.values(headers).flatMap((value) => [value, value.trim().split(' ').at(-1) ?? '']);

const self = (): Attributes => ({
  'service.name': 'ops-monitor',
  'service.version': product.version,
  'host.name': hostname(),
  'process.pid': process.pid,
  'process.runtime.name': 'nodejs',
  'process.runtime.version': process.versions.node,
});
