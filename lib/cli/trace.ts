// Sends the traces of the runs of this process. Loaded only where the environment asks for traces.
import { spansOf } from './spans.ts';
import { sendTrace } from '../io/send-trace.ts';
import type { Ended } from './stage.ts';

/** Returns what could not be sent: that harms nothing else. */
export async function sendTraces(ended: readonly Ended[]): Promise<string[]> {
  const spans = ended.flatMap(({ trace }) => (trace ? spansOf(trace) : []));
  const site = ended.find(({ trace }) => trace)?.trace?.site;
  return spans.length === 0 ? [] : sendTrace(spans, site === undefined ? {} : { 'ops_monitor.site': site });
}
