// Fields that the result of a gate and of a boot have in common: those of ops/docs/gate-summary.md, by which the section `gates`
// watches both, and those of a run.
import { instant, number, oneOf, optional, recordOf, string } from './shape.ts';

export const verdictFields = {
  schema_version: number,
  verdict: oneOf(['pass', 'fail']),
  decided_at: instant,
  reason: optional(string),
  counts: recordOf(number),
  run_id: string,
  started_at: instant,
  seconds: number,
  /** Folder with the output of the run. */
  artifacts: string,
};
