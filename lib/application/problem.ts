// What goes wrong in the background of an application (a receiver that is down, a handler that throws) stops nothing, and is told.
export { reasonOf } from '../core/text.ts';

export type OnProblem = (problem: string) => void;

export const onStandardError: OnProblem = (problem) => {
  process.stderr.write(`ops-monitor: ${problem}\n`);
};
