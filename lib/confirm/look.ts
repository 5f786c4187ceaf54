// What is missing of a cycle: its stages' last runs and the ages of their files, as sentences. Pure.
import { basename } from 'node:path';
import type { StageRecord } from '../contract/record.ts';
import { ageOf } from '../core/age.ts';
import { formatDuration } from '../core/quantity.ts';
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
  /** Those that every run of it writes. */
  readonly files: readonly FoundFile[];
}

export interface FoundFile {
  readonly path: string;
  readonly modified_at?: string;
  /** Why nobody can say how old it is. */
  readonly problem?: string;
}

/** One run may be late or left out; a second one is missing. */
const mostIntervals = 2;

/** At most one sentence on a stage that did not do its work: its files are old for that reason, and need no others. */
export function whatIsMissing({ stages, records, interval, at }: Cycle): string[] {
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
  if (wrong === 'untrue') return `${name} ran at a time that cannot be true: a clock is wrong`;
  if (wrong !== undefined) return `${name} last ran ${wrong} ago`;
  if (record.outcome === 'ok') return undefined;
  return `${name} failed: ${firstLine(record.problems.at(-1) ?? 'no reason left')}`;
}

function fileProblem({ path, modified_at, problem }: FoundFile, most: number, at: Date): string | undefined {
  const name = basename(path);
  if (problem !== undefined) return `how old ${name} is cannot be seen: ${firstLine(problem)}`;
  if (modified_at === undefined) return `${name} is not there`;
  const wrong = ageProblem(new Date(modified_at), most, at);
  if (wrong === 'untrue') return `${name} was written at a time that cannot be true: a clock is wrong`;
  return wrong === undefined ? undefined : `${name} is ${wrong} old`;
}

/** How old it is, where that is too old. */
function ageProblem(from: Date, most: number, at: Date): string | undefined {
  const { seconds } = ageOf(from, at);
  if (seconds === undefined) return 'untrue';
  return seconds > most ? formatDuration(seconds) : undefined;
}
