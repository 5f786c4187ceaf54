// Finds stages that did not run and files that are missing or stale, and describes each in a sentence. Pure.
import { basename } from 'node:path';
import type { StageRecord } from '../contract/record.ts';
import { ageOf } from '../core/age.ts';
import { formatBeside } from '../core/quantity.ts';
import { firstLine } from '../core/text.ts';

export interface Cycle {
  readonly stages: readonly ExpectedStage[];
  readonly records: readonly StageRecord[];
  /** Seconds between two cycles, for a stage whose record does not say how often it runs. */
  readonly interval: number;
  readonly at: Date;
}

interface ExpectedStage {
  readonly name: string;
  /** The files that every run of the stage writes. */
  readonly files: readonly FoundFile[];
}

export interface FoundFile {
  readonly path: string;
  readonly modified_at?: string;
  /** Why its age could not be determined. */
  readonly problem?: string;
}

/** One run may be late or skipped; after a second missed run the stage counts as missing. */
const mostIntervals = 2;

/** A stage that did not run or failed gets one sentence, and none for its files, which are stale for that reason. */
export function findMissing({ stages, records, interval, at }: Cycle): string[] {
  return stages.flatMap(({ name, files }) => {
    const record = records.find(({ stage }) => stage === name);
    const most = mostIntervals * (record?.every_seconds ?? interval);
    const wrong = stageProblem(name, record, most, at);
    return wrong === undefined ? files.flatMap((file) => fileProblem(file, most, at) ?? []) : [wrong];
  });
}

export const endOf = ({ started_at, ms }: StageRecord): Date => new Date(Date.parse(started_at) + ms);

function stageProblem(name: string, record: StageRecord | undefined, most: number, at: Date): string | undefined {
  if (!record) return `${name} left no record of a run`;
  const wrong = ageProblem(endOf(record), most, at);
  if (wrong === 'impossible') return `${name} last ran at an impossible time: a clock is wrong`;
  if (wrong !== undefined) return `${name} last ran ${wrong} ago`;
  // assess-health did its work, and its work was to find that there is nothing to judge.
  if (record.counts['blind']) return `${name} has no current snapshot: ${firstLine(record.problems.at(-1) ?? '')}`;
  if (record.outcome === 'ok') return undefined;
  return `${name} failed: ${firstLine(record.problems.at(-1) ?? 'its record has no reason')}`;
}

function fileProblem({ path, modified_at, problem }: FoundFile, most: number, at: Date): string | undefined {
  const name = basename(path);
  if (problem !== undefined) return `the age of ${name} cannot be determined: ${firstLine(problem)}`;
  if (modified_at === undefined) return `${name} does not exist`;
  const wrong = ageProblem(new Date(modified_at), most, at);
  if (wrong === 'impossible') return `${name} has an impossible modification time: a clock is wrong`;
  return wrong === undefined ? undefined : `${name} is ${wrong} old`;
}

/** The age in words if it exceeds `most` seconds; undefined if it does not. */
function ageProblem(from: Date, most: number, at: Date): string | undefined {
  const { seconds } = ageOf(from, at);
  if (seconds === undefined) return 'impossible';
  return seconds > most ? formatBeside(seconds, most, 's') : undefined;
}
