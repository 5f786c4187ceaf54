// Whether runs are traced, and the ids of traces and spans. The run id is the trace id. No id needs to be handed on: the
// span of a cycle and that of a stage have their ids from run ids.

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the environment asks for traces. Its variables are those of every OpenTelemetry SDK; an empty one is not set. */
export const isTraced = (environment: Environment): boolean =>
  Boolean(environment['OTEL_EXPORTER_OTLP_ENDPOINT'] || environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) &&
  environment['OTEL_SDK_DISABLED']?.trim().toLowerCase() !== 'true' &&
  environment['OTEL_TRACES_EXPORTER']?.trim() !== 'none';

/** The id of a stage's span, from the id that its own run was given: also where the stage belongs to the run of another. */
export const stageSpanId = (ownRunId: string): string => ownRunId.slice(0, 16);

/** The id of the cycle's span. Every stage names it as its parent, and the last stage of the cycle sends it. */
export const cycleSpanId = (runId: string): string => runId.slice(16);

/** The id of the span with this number in a stage; the stage itself has 0. */
export const numberedSpanId = (ownRunId: string, number: number): string =>
  BigInt.asUintN(64, BigInt(`0x${stageSpanId(ownRunId)}`) + BigInt(number))
    .toString(16)
    .padStart(16, '0');

/** TRACEPARENT for the children of a run (W3C Trace Context). */
export const traceParentOf = (ownRunId: string): string => `00-${ownRunId}-${stageSpanId(ownRunId)}-01`;

/** The span that a caller names as our parent. Undefined where its text is malformed, or of another trace. */
export function parentFrom(text: string | undefined, traceId: string): string | undefined {
  const [, version, trace, span, more = ''] =
    /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(-.*)?$/.exec(text?.trim() ?? '') ?? [];
  // Later versions may have more fields, and version ff is none.
  if (version === undefined || version === 'ff' || (version === '00' && more !== '')) return undefined;
  return trace === traceId && span !== '0'.repeat(16) ? span : undefined;
}
