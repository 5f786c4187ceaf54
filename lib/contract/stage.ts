// A stage is one systemd oneshot: it reads declared files, does its work, writes declared files, exits.
import type { FileLocation, FileSpec, Places } from './file.ts';
import type { Host } from './host.ts';
import type { StageRecord } from './record.ts';

export interface Stage<Config = never> {
  readonly name: string;
  readonly summary: string;
  readonly reads: readonly FileLocation[];
  readonly writes: readonly FileLocation[];
  /**
   * The timer that runs it: of the cycle (`interval`), the hourly one (`archive.interval`), or its own, in seconds. Without
   * one it is run by hand only.
   */
  readonly runsEvery?: 'cycle' | 'hourly' | number;
  /**
   * It runs every few seconds and each run replaces the output of the one before, so it takes no lock and waits for no
   * fsync.
   */
  readonly isFrequent?: true;
  /** The process exits after this time, even when something hangs. */
  readonly deadlineMs: number;
  readonly options?: Readonly<Record<string, Option>>;
  /** Whether the options only ask a question: then nothing is written and no lock is taken. */
  readonly onlyAsks?: (options: Readonly<Record<string, string | boolean | undefined>>) => boolean;
  /** Renders an error in the form that the options ask for; undefined for the usual message. */
  readonly answerFailure?: (error: unknown, argv: readonly string[]) => Answered | undefined;
  /** Throws only when the stage's output cannot be trusted. A bad finding is a result. */
  run(world: World<Config>): Promise<Outcome>;
}

export interface Answered {
  readonly text: string;
  readonly exitCode: number;
}

export interface Option {
  readonly type: 'boolean' | 'string';
  readonly summary: string;
  /** Placeholder for the value in `--help`. */
  readonly value?: string;
}

export interface Outcome {
  readonly counts: Readonly<Record<string, number>>;
  /** Problems that a person can act on. */
  readonly problems: readonly string[];
  /** Run id of the cycle, where the stage read it from a snapshot. */
  readonly run_id?: string;
  /** Printed with `--json`. */
  readonly json?: unknown;
  /** Printed on a terminal; with `exitCode` set it is the whole output (Nagios). */
  readonly text?: string;
  readonly exitCode?: number;
}

export interface World<Config> {
  readonly config: Config;
  readonly places: Places;
  readonly product: { readonly version: string };
  readonly hostname: string;
  /** 32 hex digits, new for each process. */
  readonly runId: string;
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly now: () => Date;
  /** Milliseconds since 1970 with a fraction, for the microseconds in the snapshot's times. */
  readonly preciseNow: () => number;
  readonly monotonicMs: () => number;
  readonly openHost: (name: string, signal: AbortSignal) => Host;
  /** Undefined where there is no such file; throws where it cannot be read or does not match its schema. */
  read<Content>(file: FileSpec<Content>, at?: Date): Promise<Content | undefined>;
  replace<Content>(file: FileSpec<Content>, content: Content, at?: Date): Promise<void>;
  append<Content>(file: FileSpec<Content>, record: Content, at?: Date): Promise<void>;
  /**
   * What the run before left for this one. A file that cannot be used is renamed and kept, of two copies the other one then
   * counts, and the run begins anew where there is none: this never throws.
   */
  previous<Content>(file: FileSpec<Content>): Promise<Previous<Content>>;
  /** Modification time; undefined where there is no such file. */
  modifiedAt(file: FileLocation, at?: Date): Date | undefined;
  /** The records of all stages that ever ran here, ordered by name. */
  stageRecords(): Promise<readonly StageRecord[]>;
  /** The days for which there is a file, compressed or not, in order. */
  days(file: FileLocation): readonly Date[];
  /**
   * A day's file as bytes, unpacked where it is compressed (.gz, .zst); two files of one day are joined. A file that is not
   * compressed is read into the buffer that `room` returns.
   */
  bytes(file: FileLocation, day: Date, room?: (size: number) => Uint8Array): Uint8Array | undefined;
  /** Yields a JSONL file's lines, oldest (`start`) or newest (`end`) first; nothing where there is no file. */
  scan<Content>(file: FileSpec<Content>, from: 'start' | 'end', at?: Date): Iterable<Line<Content>>;
}

export interface Previous<Content> {
  readonly content: Content | undefined;
  /** What became of a file that could not be used, as the rest of a sentence that begins with its name. */
  readonly problems: readonly string[];
}

export interface Line<Content> {
  readonly text: string;
  /** Throws where the line is torn or does not match its schema: readers skip and count such lines. */
  parse(): Content;
}

export const defineStage = <Config>(stage: Stage<Config>): Stage<Config> => stage;
