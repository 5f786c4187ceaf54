// The body of an OTLP/HTTP request in JSON, and what the receiver answers. By hand: OpenTelemetry's SDK is for programs that stay
// up, and loading it takes as long as several starts of a oneshot.
import { counted, firstLine } from './text.ts';

export type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface Span {
  /** 32 hex digits. */
  readonly traceId: string;
  /** 16 hex digits. */
  readonly spanId: string;
  readonly parentSpanId?: string | undefined;
  readonly name: string;
  /** Milliseconds since 1970, with a fraction. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  /** Why the work failed; undefined where it did not. */
  readonly failure?: string | undefined;
}

const internal = 1;
const failed = 2;

/** A request with the spans of one process. */
export const traceBody = (
  resource: Attributes,
  scope: { readonly name: string; readonly version: string },
  spans: readonly Span[],
): string =>
  JSON.stringify({
    resourceSpans: [
      { resource: { attributes: attributesOf(resource) }, scopeSpans: [{ scope, spans: spans.map(encodeSpan) }] },
    ],
  });

const encodeSpan = ({ startMs, endMs, attributes, failure, name, ...ids }: Span) => ({
  ...ids,
  name: harmless(name),
  kind: internal,
  startTimeUnixNano: nanoseconds(startMs),
  endTimeUnixNano: nanoseconds(Math.max(startMs, endMs)),
  attributes: attributesOf(attributes),
  ...(failure === undefined ? {} : { status: { code: failed, message: harmless(failure) } }),
});

/** As text, because the number is too large for JSON. */
const nanoseconds = (ms: number): string => `${Math.round(ms * 1000)}000`;

const attributesOf = (attributes: Attributes) =>
  Object.entries(attributes).map(([key, value]) => ({ key: harmless(key), value: encodeValue(value) }));

function encodeValue(value: string | number | boolean) {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'string') return { stringValue: harmless(value) };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** File names and the words of other programs: on one line, short, and valid UTF-8. */
const harmless = (text: string): string => firstLine(text, 300).toWellFormed();

/** Why the receiver did not take all of the spans; undefined where it did. */
export function whyNotTaken(status: number, body: string): string | undefined {
  const { partialSuccess, message } = objectIn(body) ?? {};
  if (status < 200 || status > 299)
    return `it answered ${status}${typeof message === 'string' ? `: ${firstLine(message)}` : ''}`;
  if (body.trim() !== '' && objectIn(body) === undefined)
    return `its answer is not that of an OTLP receiver: ${firstLine(body, 60)}`;
  const { rejectedSpans = 0, errorMessage = '' } = (partialSuccess ?? {}) as Readonly<Record<string, unknown>>;
  const rejected = Number(rejectedSpans) || 0;
  const words = firstLine(String(errorMessage));
  if (rejected === 0 && words === '') return undefined;
  return `it ${rejected === 0 ? 'took them with a warning' : `rejected ${counted(rejected, 'span')}`}${words && `: ${words}`}`;
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
