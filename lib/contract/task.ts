// A command of the configuration that is run for its effect, such as a phase of a gate. Its output is kept in a file. None of its
// processes outlives it, unless the request says `leavesProcesses`: not at its deadline, not when this process ends, however that
// ends.
import type { Ending, Variables } from './program.ts';

export interface TaskRequest {
  readonly argv: readonly string[];
  /** Working directory; default: that of this process. */
  readonly folder?: string | undefined;
  /** The command gets PATH, HOME, a fixed locale and these variables, and no others of this process. */
  readonly variables?: Variables | undefined;
  /** Time limit. */
  readonly seconds: number;
  /** Path of the file that gets both output streams, in the order of their arrival. */
  readonly log: string;
  /** Up to this many characters of the standard output are returned as `output`; `log` then gets only the standard error. */
  readonly mostOutput?: number | undefined;
  /** Secrets that are replaced by `…` wherever the command prints them. */
  readonly secrets?: readonly string[] | undefined;
  /** Receives each complete line of the output. Must not throw. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** When aborted, all processes of the command get SIGKILL at once. */
  readonly signal?: AbortSignal | undefined;
  /** After exit code 0 the processes that the command left in the background go on: the command starts a server. After any other
   * ending they are killed. They lose their standard output: a server that prints redirects its output itself. */
  readonly leavesProcesses?: true;
}

interface TaskResult {
  readonly ending: Ending;
  readonly seconds: number;
  readonly log: {
    readonly bytes: number;
    /** Whether the file has only the beginning of the output. */
    readonly isCut: boolean;
  };
  /** Only where the request has `mostOutput`. */
  readonly output?: { readonly text: string; readonly isCut: boolean };
  /** The last lines of the output, without control characters. */
  readonly lastLines: readonly string[];
  /** Processes that the command left behind, and that were killed. */
  readonly killed: number;
}

export type RunTask = (request: TaskRequest) => Promise<TaskResult>;

/** Output for a person while tasks run. */
export interface LiveOutput {
  /** On a terminal only, as are the lines at the bottom. */
  readonly line: (text: string) => void;
  /** A line for a part of the work that has ended, also where there is no terminal. */
  readonly ended: (text: string) => void;
  /** Replaces the line at the bottom. */
  readonly status: (text: string) => void;
}
