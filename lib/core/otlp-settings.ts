// Where traces are sent, from the variables that every OpenTelemetry SDK reads. A value that cannot be used is reported, and its
// default holds: tracing never fails a run. No message repeats a value that may be a secret.
import type { Attributes } from './otlp.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface OtlpSettings {
  /** Undefined where the address cannot be used. */
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Deadline of the request. */
  readonly seconds: number;
  /** What the environment says of us: it is stronger than what we know. */
  readonly resource: Attributes;
  readonly problems: readonly string[];
}

const usualMs = 2000;
/** The units end a stage 15 seconds after its own deadline. */
const mostMs = 10_000;

export function otlpSettings(environment: Environment): OtlpSettings {
  const problems: string[] = [];
  /** The variable for traces is stronger than that for all signals. An empty variable is not set. */
  const chosen = (name: string): readonly [name: string, value: string | undefined] => {
    const [own, shared] = [`OTEL_EXPORTER_OTLP_TRACES_${name}`, `OTEL_EXPORTER_OTLP_${name}`];
    return environment[own] ? [own, environment[own]] : [shared, environment[shared] || undefined];
  };
  const [endpointName, endpoint = ''] = chosen('ENDPOINT');
  const url = URL.parse(endpoint.trim());
  const isUsable = url !== null && /^https?:$/.test(url.protocol);
  if (!isUsable) problems.push(`${endpointName} is not an http or https URL: no trace is sent`);
  else if (endpointName === 'OTEL_EXPORTER_OTLP_ENDPOINT')
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;

  const [protocolName, protocol = 'http/json'] = chosen('PROTOCOL');
  if (protocol.trim() !== 'http/json')
    problems.push(`${protocolName} is not http/json, which is all that is spoken here: the trace is sent as http/json`);

  const [timeoutName, timeout = String(usualMs)] = chosen('TIMEOUT');
  const isTimeout = /^\s*[1-9]\d*\s*$/.test(timeout);
  if (!isTimeout) problems.push(`${timeoutName} is not a number of milliseconds: ${usualMs} is used`);

  const [headersName, headerText = ''] = chosen('HEADERS');
  const headers = pairsIn(headerText);
  const areHeaders = headers?.every(([name]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name)) === true;
  if (!areHeaders) problems.push(`${headersName} is not a list such as name=value,name=value: none of it is sent`);

  const attributes = pairsIn(environment['OTEL_RESOURCE_ATTRIBUTES'] ?? '');
  if (!attributes) problems.push('OTEL_RESOURCE_ATTRIBUTES is not a list such as name=value,name=value: it is ignored');
  const name = environment['OTEL_SERVICE_NAME'];
  return {
    url: isUsable ? url.href : undefined,
    headers: areHeaders ? Object.fromEntries(headers.map(([word, value]) => [word.toLowerCase(), value])) : {},
    seconds: Math.min(mostMs, isTimeout ? Number(timeout) : usualMs) / 1000,
    resource: { ...Object.fromEntries(attributes ?? []), ...(name ? { 'service.name': name } : {}) },
    problems,
  };
}

/** `a=1,b=x%20y` as pairs. Undefined for any other text. */
function pairsIn(text: string): (readonly [name: string, value: string])[] | undefined {
  const parts = text.split(',').filter((part) => part.trim() !== '');
  try {
    return parts.map((part) => {
      const at = part.indexOf('=');
      const name = part.slice(0, Math.max(0, at)).trim();
      if (name === '') throw new Error('no name');
      return [decodeURIComponent(name), decodeURIComponent(part.slice(at + 1).trim())] as const;
    });
  } catch {
    return undefined;
  }
}
