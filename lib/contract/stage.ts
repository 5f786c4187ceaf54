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
   * It runs every few seconds, and what a run leaves is out of date with the next one: no lock is taken (each file is
   * replaced whole, and the last one stays), and nothing waits for a disk.
   */
  readonly isFrequent?: true;
  /** The process leaves at the end of this, whatever hangs. */
  readonly deadlineMs: number;
  readonly options?: Readonly<Record<string, Option>>;
  /** With these options it only answers: nothing is written, no lock is taken. */
  readonly onlyAsks?: (options: Readonly<Record<string, string | boolean | undefined>>) => boolean;
  /** The answer in the form that was asked for, whatever failed; undefined where nobody asked for one. */
  readonly answerFailure?: (error: unknown, argv: readonly string[]) => Answered | undefined;
  /** Throws only when its own output cannot be trusted. What it found, however bad, is a result. */
  run(world: World<Config>): Promise<Outcome>;
}

export interface Answered {
  readonly text: string;
  readonly exitCode: number;
}

export interface Option {
  readonly type: 'boolean' | 'string';
  readonly summary: string;
  /** What stands for the value in `--help`. */
  readonly value?: string;
}

export interface Outcome {
  readonly counts: Readonly<Record<string, number>>;
  /** What a person could act on. */
  readonly problems: readonly string[];
  /** The cycle's id, where the stage read it from a snapshot. */
  readonly run_id?: string;
  /** For `--json`. */
  readonly json?: unknown;
  /** For a person on a terminal (or in place of all else, with `exitCode`: Nagios). */
  readonly text?: string;
  readonly exitCode?: number;
}

export interface World<Config> {
  readonly config: Config;
  readonly places: Places;
  readonly product: { readonly version: string };
  readonly hostname: string;
  /** Fresh for this process; 32 hex digits. */
  readonly runId: string;
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly now: () => Date;
  /** Milliseconds since the epoch with their fraction: microseconds for the snapshot's times. */
  readonly preciseNow: () => number;
  readonly monotonicMs: () => number;
  readonly openHost: (name: string, signal: AbortSignal) => Host;
  /** Undefined where there is no such file; throws where it cannot be read or is not what its schema says. */
  read<Content>(file: FileSpec<Content>, at?: Date): Promise<Content | undefined>;
  replace<Content>(file: FileSpec<Content>, content: Content, at?: Date): Promise<void>;
  append<Content>(file: FileSpec<Content>, record: Content, at?: Date): Promise<void>;
  /**
   * What the run before left for this one. A file that cannot be used is renamed and kept, of two copies the other one then
   * counts, and the run begins anew where there is none: this never throws.
   */
  previous<Content>(file: FileSpec<Content>): Promise<Previous<Content>>;
  /** When it was last written, whatever is in it; undefined where it is not there. */
  modifiedAt(file: FileLocation, at?: Date): Date | undefined;
  /** What every stage that ever ran here left of its last run, by name. */
  stageRecords(): Promise<readonly StageRecord[]>;
  /** The days of which there is a file, in order; also where it has been compressed. */
  days(file: FileLocation): readonly Date[];
  /**
   * A day's file as bytes, unpacked where it has been compressed (.gz, .zst); of two, one behind the other. One that
   * need not be unpacked is read into `room`, which gives memory for so many bytes.
   */
  bytes(file: FileLocation, day: Date, room?: (size: number) => Uint8Array): Uint8Array | undefined;
  /** A JSONL file's lines, oldest (`start`) or newest (`end`) first. No file, no lines. */
  scan<Content>(file: FileSpec<Content>, from: 'start' | 'end', at?: Date): Iterable<Line<Content>>;
}

export interface Previous<Content> {
  readonly content: Content | undefined;
  /** What became of a file that could not be used, as the rest of a sentence that begins with its name. */
  readonly problems: readonly string[];
}

export interface Line<Content> {
  readonly text: string;
  /** Throws where the line is torn or not what its schema says: readers skip and count those. */
  parse(): Content;
}

export const defineStage = <Config>(stage: Stage<Config>): Stage<Config> => stage;
