// Configuration of the gates that `run-gate` runs.
import * as z from 'zod';
import { identifierOf } from '../core/text.ts';
import { absolutePath, commandLine, duration, ownName } from '../contract/quantities.ts';

const phaseSchema = z.strictObject({
  command: commandLine,
  timeout: duration('10m').prefault('10m').describe('the phase fails after this, and all its processes are ended'),
  required: z.boolean().prefault(true).describe('false: the gate may pass although this phase fails'),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w{0,99}$/, 'expected a name of a variable'), commandLine.element)
    .prefault({})
    .describe('variables of the command, beside PATH, HOME, TZ and the locale C'),
  coverage: z
    .string()
    .min(1)
    .max(4000)
    .optional()
    .describe('file that the phase leaves: lcov, Cobertura, Istanbul, coverage.py JSON or Go; relative to `folder`'),
});

/** The deadline of run-gate. */
const longest = 86_400;

const gateRunSchema = z.strictObject({
  folder: absolutePath.describe('working directory of the phases'),
  phases: z
    .record(ownName, phaseSchema)
    .refine((phases) => Object.keys(phases).length > 0, 'expected at least one phase')
    .refine(
      (phases) => Object.values(phases).reduce((sum, { timeout }) => sum + timeout, 0) < longest,
      'the time limits of all phases together must be below 1d',
    )
    .describe('run in this order'),
  'stop-at-failure': z.boolean().prefault(true).describe('false: the phases after a failed one run all the same'),
  summary: absolutePath
    .optional()
    .describe(
      'the JSON summary, which `gates` names to watch it; default: gates/GATE/summary.json in `files.monitoring`',
    ),
  artifacts: absolutePath
    .optional()
    .describe('the output of the runs: latest/ and runs/; default: gates/GATE in `files.monitoring`'),
  keep: z.int().min(1).max(1000).prefault(20).describe('how many runs are kept'),
});

export const gatesConfig = {
  'gate-runs': z
    .record(ownName, gateRunSchema)
    .refine((gates) => new Set(Object.keys(gates).map(identifierOf)).size === Object.keys(gates).length, {
      error: 'two gates would have one textfile, as `a-b` and `a_b` do: rename one',
    })
    .prefault({})
    .describe('gates that `run-gate` runs, by a name of your own (ops/docs/gates.md)'),
};

export type GateRun = z.output<typeof gateRunSchema>;
export type Phase = z.output<typeof phaseSchema>;

export interface GatesConfig {
  readonly 'gate-runs': Readonly<Record<string, GateRun>>;
}
