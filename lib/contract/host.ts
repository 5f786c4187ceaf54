// A machine, as probes see it: this one, one over ssh, or a recorded folder. There is no way to write through it.

export interface Host {
  readonly name: string;
  /** Aborts at the deadline of the reading that this host was opened for. */
  readonly signal: AbortSignal;
  /** A whole regular file as text. Anything that could block for ever (a FIFO, a device) is refused. */
  readText(path: string): Promise<string>;
  readBytes(path: string, range?: { start: number; length: number }): Promise<Uint8Array>;
  list(path: string): Promise<readonly string[]>;
  /** Of the path itself: a symbolic link is told, not followed, so that nothing behind it is touched. */
  stat(path: string): Promise<PathStat>;
  statfs(path: string): Promise<FilesystemStat>;
  realpath(path: string): Promise<string>;
  /**
   * A program, without a shell, with a fixed locale and no input. A non-zero exit is a result; not starting is an error.
   * `alone` names work that may hang beyond any kill (a dead network mount): while an earlier one of that name still
   * lives, no second is started.
   */
  run(argv: readonly string[], options?: { alone?: string }): Promise<Completed>;
  get(url: string, options: { timeoutMs: number }): Promise<Answer>;
}

export interface PathStat {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly size_bytes: number;
  readonly modified_at: string;
  /** Where a link points, as written in it. */
  readonly target?: string;
}

export interface FilesystemStat {
  readonly block_bytes: number;
  readonly blocks: number;
  readonly free_blocks: number;
  readonly available_blocks: number;
  readonly inodes: number;
  readonly free_inodes: number;
}

export interface Completed {
  readonly exit_code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What came back from a URL. Never thrown for what the other side did: no answer is an answer about it. */
export interface Answer {
  readonly response_ms: number;
  readonly status?: number;
  readonly error?: string;
  readonly certificate_expires_at?: string;
  /** Why a browser would refuse the certificate. */
  readonly certificate_problem?: string;
}
