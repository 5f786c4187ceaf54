// The programs that a node of a fleet runs, in the versions that node-report is tried with.
import assert from 'node:assert/strict';
import { environmentIn, runBundle } from '../process.ts';
import { goProgram } from './kept.ts';

const rqlite = 'github.com/rqlite/rqlite/v8';

export const rqlited = (): string =>
  goProgram({
    program: `${rqlite}/cmd/rqlited`,
    version: 'v8.43.4',
    module: rqlite,
    versionIn: `${rqlite}/cmd.Version`,
  });

type Section = Readonly<Record<string, unknown>>;

interface Report {
  readonly collect_ms: number;
  readonly errors: readonly { readonly section: string; readonly part?: string; readonly reason: string }[];
}

/** A section of the report that the bundle makes with this configuration. */
export function reportOf(folder: string, config: string, section: string) {
  const { status, stdout, stderr, ms } = runBundle(
    'node-report',
    ['--json', '--config', config],
    environmentIn(folder),
  );
  assert.equal(`${status} ${stderr}`, '0 ');
  const report = JSON.parse(stdout) as Report & Readonly<Record<string, unknown>>;
  const errors = report.errors.filter((one) => one.section === section);
  return { section: report[section] as Section | null, errors, ms };
}
