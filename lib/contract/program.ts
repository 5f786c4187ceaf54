// A request to run another program, and its result. A failure of the program is a result, never an exception.

import type { OnOutput } from './host.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

export interface ProgramRequest {
  readonly argv: readonly string[];
  /** The program gets PATH, a fixed locale and these variables, and no others of this process. */
  readonly variables?: Variables;
  /** Working directory; default: that of this process. */
  readonly folder?: string | undefined;
  /** Without input the program reads an end of file at once. */
  readonly input?: string | Uint8Array;
  /** The input stays open until the program ends, so that the program, also over ssh, notices when this process dies. */
  readonly keepsInputOpen?: true;
  /** After this time the program's process group gets SIGTERM, and 2 s later SIGKILL. */
  readonly seconds?: number;
  /** When aborted, the process group gets SIGKILL at once. */
  readonly signal?: AbortSignal;
  readonly onStart?: (pid: number) => void;
  /** Receives the output while it arrives; then stdout is not kept and has no limit. Must not throw. */
  readonly onOutput?: OnOutput | undefined;
  readonly output: OutputLimit;
  /** At the end the whole process group gets SIGKILL: nothing of it goes on in the background. */
  readonly endsGroup?: true;
}

interface OutputLimit {
  /** Characters kept of stdout, and of stderr. */
  readonly most: number;
  /** `fail`: a part of the output is useless, so the program is killed; the output is read to its end, also from child
   * processes that hold it open. `cut`: only the exit code matters, so the rest is read and dropped, and background
   * child processes are not waited for. */
  readonly beyond: 'fail' | 'cut';
}

export interface ProgramResult {
  readonly ending: Ending;
  readonly stdout: string;
  readonly stderr: string;
  /** The end of stdout or stderr is missing. */
  readonly isCut?: true;
}

export type Ending =
  | { readonly by: 'exit'; readonly code: number }
  | { readonly by: 'signal'; readonly signal: string }
  /** Killed after `seconds`. */
  | { readonly by: 'deadline' }
  /** Killed because the output exceeded its limit. */
  | { readonly by: 'output' }
  /** Could not be started. `code` is the system's, such as ENOENT. */
  | { readonly by: 'start'; readonly code: string | undefined; readonly cause: Error };
