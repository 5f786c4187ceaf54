// Trouble in the background of an application: a receiver that is down, a handler that throws. The application goes on, and is
// told of it by one function.
import { reasonOf } from '../core/text.ts';

export { reasonOf };

export type OnProblem = (problem: string) => void;

const onStandardError: OnProblem = (problem) => {
  process.stderr.write(`ops-monitor: ${problem}\n`);
};

/** The given function, or a line on standard error; also where the given function itself throws. */
export const safely =
  (onProblem: OnProblem = onStandardError): OnProblem =>
  (problem) => {
    try {
      onProblem(problem);
    } catch (error) {
      onStandardError(`${problem} (and onProblem failed: ${reasonOf(error)})`);
    }
  };
