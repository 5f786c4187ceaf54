// Asks all nodes for their reports, side by side. A node that hangs, lies or is not there costs its own row only.
import { withDeadline } from '../engine/deadline.ts';
import { lanes } from '../core/lanes.ts';
import { readingReason } from '../core/text.ts';
import type { FleetReading, NodeAnswer } from './files.ts';
import type { FleetNode } from './nodes.ts';
import { parseReport } from './read-report.ts';

/** Returns what the node printed: its report. Throws with the reason where there is none. */
type AskNode = (node: FleetNode, signal: AbortSignal) => Promise<string>;

export interface Collection {
  readonly environment: string;
  readonly nodes: readonly FleetNode[];
  readonly ask: AskNode;
  readonly atOnce: number;
  readonly deadlineMs: number;
  readonly now: () => Date;
  readonly monotonicMs: () => number;
  /** Called as each node has answered, or has failed to. */
  readonly onAnswer?: (name: string, answer: NodeAnswer) => void;
}

export async function collectFleet(run: Collection): Promise<FleetReading> {
  const [at, start] = [run.now(), run.monotonicMs()];
  const lane = lanes(run.atOnce);
  const answers = await Promise.all(
    run.nodes.map((node) =>
      lane(async () => {
        const answer = await askOne(run, node);
        run.onAnswer?.(node.name, answer);
        return [node.name, answer] as const;
      }),
    ),
  );
  return {
    environment: run.environment,
    collected_at: at.toISOString(),
    duration_seconds: Math.round(run.monotonicMs() - start) / 1000,
    nodes: Object.fromEntries(answers),
  };
}

async function askOne({ ask, deadlineMs, now, monotonicMs }: Collection, node: FleetNode): Promise<NodeAnswer> {
  const [at, start] = [now(), monotonicMs()];
  const about = { target: node.target, ...(node.role === undefined ? {} : { role: node.role }) };
  const times = () => ({ asked_at: at.toISOString(), collection_ms: Math.round(monotonicMs() - start) });
  try {
    const text = await withDeadline(deadlineMs, node.name, (signal) => ask(node, signal));
    const arrived = times();
    return { ...about, reached: true, ...arrived, report: parseReport(text) };
  } catch (error) {
    return { ...about, reached: false, error: readingReason(error), ...times() };
  }
}
