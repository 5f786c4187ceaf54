// The file in which the alerts of an application outlast its process. Written in the background, whole, at most one write at a
// time and once a second: alerts that come meanwhile are in the next.
import {
  instant,
  listOf,
  number,
  object,
  oneOf,
  optional,
  recordOf,
  shapeProblem,
  string,
} from '../../contract/shape.ts';
import { moveAside, readStateFile, replaceStateFile } from '../../io/state-file.ts';
import { type OnProblem, reasonOf } from '../problem.ts';
import { claim } from './own-path.ts';
import { severities } from './alert.ts';
import type { Memory } from './memory.ts';

const shape = object({
  schema_version: number,
  total: object({ info: number, warning: number, critical: number }),
  alerts: listOf(
    object({
      key: string,
      id: string,
      name: string,
      severity: oneOf(severities),
      message: string,
      labels: recordOf(string),
      annotations: recordOf(string),
      rule: optional(string),
      startedAt: instant,
      seenAt: instant,
      resolvedAt: optional(instant),
      acknowledged: optional(object({ at: instant, by: string })),
      escalated: number,
    }),
  ),
});

const millisecondsBetweenWrites = 1000;

export interface State {
  read(): Memory | undefined;
  write(memory: Memory): void;
  stop(seconds: number): Promise<void>;
}

export function openState(path: string, onProblem: OnProblem): State {
  const release = claim(path, 'alerts: the state file');
  let isOver = false;
  let next: Memory | undefined;
  let writing: Promise<void> | undefined;
  let hurry = Promise.withResolvers<void>();
  const write = async (): Promise<void> => {
    while (next) {
      const memory = next;
      next = undefined;
      try {
        await replaceStateFile(path, `${JSON.stringify({ schema_version: 1, ...memory })}\n`);
      } catch (error) {
        onProblem(`alerts: ${path} cannot be written: ${reasonOf(error)}`);
      }
      const timer = setTimeout(() => hurry.resolve(), millisecondsBetweenWrites).unref();
      await hurry.promise;
      clearTimeout(timer);
      if (!isOver) hurry = Promise.withResolvers();
    }
    writing = undefined;
  };
  return {
    read: () => {
      try {
        const text = readStateFile(path);
        if (text === undefined) return undefined;
        const problem = problemOf(text);
        if (problem === undefined) return JSON.parse(text) as Memory;
        onProblem(`alerts: ${path} is not what was written, and is kept as ${moveAside(path)}: ${problem}`);
      } catch (error) {
        onProblem(`alerts: ${path} cannot be read, and the alerts begin anew: ${reasonOf(error)}`);
      }
      return undefined;
    },
    write: (memory) => {
      next = memory;
      writing ??= Promise.resolve().then(write);
    },
    stop: async (seconds) => {
      isOver = true;
      hurry.resolve();
      const late = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        onProblem(`alerts: ${path} was not written within ${seconds} s`);
        late.resolve();
      }, seconds * 1000);
      await Promise.race([writing, late.promise]);
      clearTimeout(timer);
      release();
    },
  };
}

function problemOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const issue = shape.wrongIn(value);
    return issue && shapeProblem(issue, value);
  } catch (error) {
    return reasonOf(error);
  }
}
