// How another program is run, and how it ended. Whatever a program does is a result, never an exception.

export type Variables = Readonly<Record<string, string | undefined>>;

export interface ProgramRequest {
  readonly argv: readonly string[];
  /** Beside PATH and a fixed locale, the program sees these variables and no others of ours. */
  readonly variables?: Variables;
  /** Without input the program reads an end of file at once. */
  readonly input?: string;
  /** The input stays open until the program has ended: its end tells the program, or a remote one, that we have gone. */
  readonly keepsInputOpen?: true;
  /** After so many seconds the program's process group gets SIGTERM, and 2 s later SIGKILL. */
  readonly seconds?: number;
  /** At its abort the process group gets SIGKILL at once. */
  readonly signal?: AbortSignal;
  /** Called as soon as the program runs. */
  readonly onStart?: (pid: number) => void;
  readonly output: OutputLimit;
}

interface OutputLimit {
  /** Characters kept of stdout, and of stderr. */
  readonly most: number;
  /**
   * `fail`: part of the output is worth nothing, so the program is killed, and the output is read to its end, also from
   * child processes that hold it open. `cut`: the exit code counts, so the rest is read and dropped, and child processes
   * that go on in the background are not waited for.
   */
  readonly beyond: 'fail' | 'cut';
}

export interface ProgramResult {
  readonly ending: Ending;
  readonly stdout: string;
  readonly stderr: string;
  /** The end of one of the two is missing. */
  readonly isCut?: true;
}

export type Ending =
  | { readonly by: 'exit'; readonly code: number }
  | { readonly by: 'signal'; readonly signal: string }
  /** It was ended after `seconds`. */
  | { readonly by: 'deadline' }
  /** It printed more than it may. */
  | { readonly by: 'output' }
  /** It could not be started. `code` is the system's, as ENOENT. */
  | { readonly by: 'start'; readonly code: string | undefined; readonly cause: Error };
