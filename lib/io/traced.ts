// The environment's part in tracing: whether runs are traced, what the caller gave, and what our children get.
import { isTraced, traceParentOf } from '../core/tracing.ts';

/** Read before this process names itself. */
const caller = process.env['TRACEPARENT'];

/** Begins the trace of a run: from here on, our child processes get this run as their parent. Undefined where runs are not traced. */
export function beginTrace(
  runOf: () => string,
): { readonly ownRunId: string; readonly caller: string | undefined } | undefined {
  if (!isTraced(process.env)) return undefined;
  const ownRunId = runOf();
  process.env['TRACEPARENT'] = traceParentOf(ownRunId);
  return { ownRunId, caller };
}
