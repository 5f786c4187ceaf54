// A stage is one systemd oneshot: it reads and writes only the files that it declares, and exits.
import type { FileLocation, FileSpec, Places } from './file.ts';
import type { Host } from './host.ts';
import type { StageRecord } from './record.ts';
import type { Step } from './step.ts';

export interface Stage<Config = never> {
  readonly name: string;
  readonly summary: string;
  readonly reads: readonly FileLocation[];
  readonly writes: readonly FileLocation[];
  /** The timer that runs the stage: of the cycle (`interval`), the hourly one (`archive.interval`), the daily one, or its own, in
   * seconds. A stage without a timer is run by hand only. */
  readonly runsEvery?: 'cycle' | 'hourly' | 'daily' | number;
  /** The stage runs every few seconds and each run replaces the previous output, so it takes no lock and does not fsync. */
  readonly isFrequent?: true;
  /** Runs may overlap: the stage takes a lock itself where it needs one. */
  readonly locksItself?: true;
  /** The process exits after this time, even if some work hangs. */
  readonly deadlineMs: number;
  readonly options?: Readonly<Record<string, Option>>;
  /** The stage works on one thing, which the command line names. */
  readonly operand?: Operand<Config>;
  /** The stage tells people: where the configuration is broken it runs with the last good one, and says so first. */
  readonly speaksWhenBroken?: true;
  /** Whether a run with these options only prints an answer: then nothing is written and no lock is taken. */
  readonly onlyPrints?: (options: Readonly<Record<string, string | boolean | undefined>>) => boolean;
  /** Renders an error in the output format that the options select; undefined for the usual message. */
  readonly renderFailure?: (error: unknown, argv: readonly string[]) => PrintedResult | undefined;
  /** Throws Usage where options and configuration do not fit each other. Called before the lock is taken: a run that is refused
   * leaves nothing behind. */
  checkUsage?(world: World<Config>): void;
  /** Throws only when the stage's output cannot be trusted. A red finding is a result, not an error. */
  run(world: World<Config>): Promise<Outcome>;
}

export interface Operand<Config> {
  /** `GATE` */
  readonly word: string;
  /** Names of things of the configuration, such as gates, each with a lock and a record of its own; the only one is chosen where
   * the command line names none. Absent for free text, such as the path of a file. */
  readonly names?: (config: Config) => readonly string[];
}

export interface PrintedResult {
  readonly text: string;
  readonly exitCode: number;
}

export interface Option {
  readonly type: 'boolean' | 'string';
  readonly summary: string;
  readonly value?: string;
  /** May be given several times: its values are in `Arguments.lists`. */
  readonly isRepeatable?: true;
}

export interface Outcome {
  readonly counts: Readonly<Record<string, number>>;
  /** Problems that a person can act on. */
  readonly problems: readonly string[];
  /** Run id of the snapshot that the stage read. */
  readonly run_id?: string;
  /** The parts of the run, for its trace. */
  readonly steps?: readonly Step[];
  /** The stage is the last of a cycle that began then: its trace has the whole cycle. */
  readonly cycleStartedAt?: string | undefined;
  /** Printed with `--json`. */
  readonly json?: unknown;
  /** Printed on a terminal; with `exitCode` set, nothing else is printed (Nagios). */
  readonly text?: string;
  readonly exitCode?: number;
}

export interface World<Config> {
  readonly config: Config;
  /** Why today's configuration is broken, in one line; `config` is then the last good one. */
  readonly brokenConfiguration?: string | undefined;
  readonly places: Places;
  /** `folder` holds `ops/`. */
  readonly product: { readonly version: string; readonly folder: string };
  readonly hostname: string;
  /** 32 hex digits, new for each process. */
  readonly runId: string;
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** The values of options that may be given several times. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** The name that the command line gave, for a stage that has an operand. */
  readonly operand?: string | undefined;
  /** How wide text for a person may be: columns of the terminal, Infinity where the text goes into a file or pipe. */
  readonly width: number;
  readonly now: () => Date;
  /** Milliseconds since 1970 with a fraction, for the microseconds in the snapshot's times. */
  readonly preciseNow: () => number;
  readonly monotonicMs: () => number;
  readonly openHost: (name: string, signal: AbortSignal) => Host;
  /** Returns undefined for a missing file; throws where the file cannot be read or does not match its schema. */
  read<Content>(file: FileSpec<Content>, at?: Date): Promise<Content | undefined>;
  replace<Content>(file: FileSpec<Content>, content: Content, at?: Date): Promise<void>;
  append<Content>(file: FileSpec<Content>, record: Content, at?: Date): Promise<void>;
  /** Reads the state that the previous run left. Never throws: an unusable file is renamed and kept, the other copy
   * (see `fallsBack`) is used in its place, and without another copy the run starts without state. */
  previous<Content>(file: FileSpec<Content>): Promise<Previous<Content>>;
  modifiedAt(file: FileLocation, at?: Date): Date | undefined;
  /** The records of all stages that ever ran here, ordered by name; of gates only those that are still configured. */
  stageRecords(): Promise<readonly StageRecord[]>;
  /** The days that have a file, compressed or not, in order. */
  days(file: FileLocation): readonly Date[];
  /** Reads a day's file as bytes. Compressed files (.gz, .zst) are unpacked; two files of one day are joined. An
   * uncompressed file is read into the buffer that `room` returns. */
  bytes(file: FileLocation, day: Date, room?: (size: number) => Uint8Array): Uint8Array | undefined;
  /** Yields a JSONL file's lines, oldest (`start`) or newest (`end`) first; a missing file has no lines. */
  scan<Content>(file: FileSpec<Content>, from: 'start' | 'end', at?: Date): Iterable<Line<Content>>;
}

export interface Previous<Content> {
  readonly content: Content | undefined;
  /** For each unusable file, what happened to it; reads as the rest of a sentence that begins with the file's name. */
  readonly problems: readonly string[];
}

export interface Line<Content> {
  readonly text: string;
  /** Throws where the line is incomplete or does not match its schema: readers skip and count such lines. */
  parse(): Content;
}

/** For readers that leave out what cannot be read: another stage reports it. */
export function parsedOrUndefined<Content>(line: Pick<Line<Content>, 'parse'>): Content | undefined {
  try {
    return line.parse();
  } catch {
    return undefined;
  }
}

export const defineStage = <Config>(stage: Stage<Config>): Stage<Config> => stage;
