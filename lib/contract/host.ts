// A machine as probes see it: this machine, a machine over ssh, or a recorded folder. A Host has no way to write.
import type { Converse, Resolve } from './converse.ts';

export interface Host {
  readonly name: string;
  /** Aborted at the deadline of the reading for which this host was opened. */
  readonly signal: AbortSignal;
  /** Reads a whole regular file as text. Throws for a file that could block for ever (a FIFO, a device). */
  readText(path: string): Promise<string>;
  readBytes(path: string, range?: { start: number; length: number }): Promise<Uint8Array>;
  list(path: string): Promise<readonly string[]>;
  /** Describes the path itself: a symbolic link is not followed, so that an automount behind it is not triggered. */
  stat(path: string): Promise<PathStat>;
  statfs(path: string): Promise<FilesystemStat>;
  realpath(path: string): Promise<string>;
  /** Runs a program without a shell, with a fixed locale and no input. A non-zero exit code is a result; a failure to
   * start throws. `alone` names work that can hang so that no signal kills it (on a dead network mount): while an
   * earlier process with this name still exists, no second one is started. */
  run(argv: readonly string[], options?: RunOptions): Promise<Completed>;
  /** Whether an earlier process of this name (`alone`) still exists. */
  hangs(alone: string): Promise<boolean>;
  get(url: string, options: GetOptions): Promise<UrlReply>;
  /** Absent, like `resolve`, where the machine is not this one. */
  readonly converse?: Converse;
  readonly resolve?: Resolve;
}

export interface RunOptions {
  readonly alone?: string;
  /** Receives the output while it arrives; then stdout is not kept, and has no limit. A host that has the whole output at
   * once may return stdout instead. stderr is returned, too. */
  readonly onOutput?: OnOutput;
}

export type OnOutput = (text: string, stream: 'stdout' | 'stderr') => void;

export interface PathStat {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly size_bytes: number;
  readonly modified_at: string;
  /** The target of a symbolic link, as written in the link. */
  readonly target?: string;
  /** As chmod takes them: `600`. Absent in recordings of earlier versions. */
  readonly permissions?: string;
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

export interface GetOptions {
  /** Deadline for the whole reply, its body included. */
  readonly timeoutMs: number;
  /** Asks for the body, of at most so many bytes. Then the server's certificate must be valid; otherwise any is accepted. */
  readonly bodyBytes?: number;
  /** For programs that answer some questions to POST only, such as kubo. */
  readonly method?: 'GET' | 'POST';
  /** Reference to a secret: the value of the header Authorization, such as `Bearer …`. No reply contains it. */
  readonly authorization?: string | undefined;
  /** Connects to this address, wherever the name of the URL leads: a program of this machine may serve many names. */
  readonly address?: string;
}

/** The reply of a URL. Errors of the server, also no reply at all, are results and do not throw. */
export interface UrlReply {
  readonly response_ms: number;
  readonly status?: number;
  /** Why there is no reply, or why its body is not given. */
  readonly error?: string;
  /** Always the whole body. */
  readonly body?: string;
  readonly certificate_expires_at?: string;
  /** Why a browser would refuse the certificate. */
  readonly certificate_problem?: string;
}
