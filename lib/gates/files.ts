// The files that run-gate writes, for each gate its own.
import { defineFile, type FileSpec, type Places } from '../contract/file.ts';
import { type ContentOf, listOf, number, object, oneOf, optional, string } from '../contract/shape.ts';
import { verdictFields } from '../contract/verdict.ts';
import { join } from '../core/path.ts';
import { identifierOf } from '../core/text.ts';
import type { GateRun } from './config.ts';

const phaseShape = object({
  name: string,
  outcome: oneOf(['pass', 'fail', 'skipped']),
  required: oneOf(['yes', 'no']),
  seconds: number,
  /** Why the phase did not pass. */
  reason: optional(string),
  /** Name of the file with its output, in the folder of the run. */
  log: optional(string),
  coverage_ratio: optional(number),
});

const summaryShape = object({
  ...verdictFields,
  gate: string,
  coverage_ratio: optional(number),
  phases: listOf(phaseShape),
});

export type GateSummary = Readonly<ContentOf<typeof summaryShape>>;
export type PhaseResult = GateSummary['phases'][number];

export const artifactsOf = (places: Places, name: string, gate: Pick<GateRun, 'artifacts'>): string =>
  gate.artifacts ?? join(places.monitoring, 'gates', name);

export const gateSummary = (name: string, gate: Pick<GateRun, 'summary'>): FileSpec<GateSummary> =>
  defineFile<GateSummary>({
    summary: `the result of the gate ${name}`,
    format: 'json',
    path: (places) => gate.summary ?? join(places.monitoring, 'gates', name, 'summary.json'),
    mode: 0o644,
    schema: summaryShape,
  });

export const gateHistory = (name: string, gate: Pick<GateRun, 'artifacts'>): FileSpec<GateSummary> =>
  defineFile<GateSummary>({
    summary: `every result of the gate ${name}, one per line`,
    format: 'jsonl',
    path: (places) => join(artifactsOf(places, name, gate), 'history.jsonl'),
    mode: 0o644,
    schema: summaryShape,
  });

/** `alpha_gate.prom`: its families carry the gate's name, because no two files may hold one family. */
export const gateTextfile = (name: string): FileSpec<string> =>
  defineFile<string>({
    summary: `the result of the gate ${name}, for Prometheus`,
    format: 'prom',
    path: ({ textfiles }) => join(textfiles, `${identifierOf(name)}_gate.prom`),
    mode: 0o644,
  });
