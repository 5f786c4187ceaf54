// Implements World: declared files, hosts and clocks. A stage uses nothing else of io.
import { readFileSync, renameSync } from 'node:fs';
import { codedError, errorCode } from '../contract/errors.ts';
import type { FileLocation, FileSpec, Places } from '../contract/file.ts';
import type { Host } from '../contract/host.ts';
import { shapeProblem } from '../contract/shape.ts';
import type { Previous, World } from '../contract/stage.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';
import { secondStamp } from '../core/time.ts';
import { daysOf, readDayFile, scanDayFile } from './days.ts';
import {
  appendLine,
  isDiskTrouble,
  modifiedMs,
  overwriteFile,
  readIfThere,
  removeQuietly,
  replaceFile,
  swapFile,
  unlessFailing,
} from './files.ts';
import { scanLines } from './jsonl.ts';
import { product } from './product.ts';
import { readStageRecords } from './records.ts';
import { newestCopy, sparePath } from './spare.ts';
import { printWidth } from './terminal.ts';

export interface WorldSettings<Config> {
  readonly config: Config;
  readonly places: Places;
  readonly brokenConfiguration?: string | undefined;
  readonly options?: World<Config>['options'];
  readonly lists?: World<Config>['lists'] | undefined;
  readonly operand?: string | undefined;
  readonly openHost: (name: string, signal: AbortSignal) => Host;
  /** In place of the machine's clock, for tests and simulated days. */
  readonly clock?: { readonly now: () => Date; readonly monotonicMs: () => number };
  readonly runId?: string;
  readonly hostname?: string;
  /** Called in place of each write. */
  readonly dryRun?: (path: string, content: string) => void;
  readonly isOver?: () => boolean;
  /** False: files are written in place; a kill or a power cut may damage them, and nobody may read them meanwhile. */
  readonly durable?: boolean;
  /** False: a replaced file may be lost in a power cut, and no write waits for the disk. */
  readonly synced?: boolean;
  /** Called when a disk was full and a file was written to the runtime folder instead. */
  readonly onFallback?: (problem: string) => void;
}

/** 32 hex digits. Where /proc/sys is hidden (some containers), node:crypto makes them. */
export function newRunId(path = '/proc/sys/kernel/random/uuid'): string {
  const text = unlessFailing(() => readFileSync(path, 'utf8').trim().replaceAll('-', ''));
  if (text !== undefined && /^[0-9a-f]{32}$/.test(text)) return text;
  return process.getBuiltinModule('node:crypto').randomBytes(16).toString('hex');
}

export function makeWorld<Config>(settings: WorldSettings<Config>): World<Config> {
  const { places, dryRun, durable = true, synced = true } = settings;
  const replace = durable ? (synced ? replaceFile : swapFile) : overwriteFile;
  const { clock } = settings;
  let { runId } = settings;
  const now = clock?.now ?? (() => new Date());

  async function read<Content>(file: FileSpec<Content>, at = now()): Promise<Content | undefined> {
    const path = newestCopy(file, places, at);
    const text = readText(path);
    return text === undefined ? undefined : decode(file, text, path);
  }

  /** A stage that ran past its deadline must not write while the next stage runs. */
  const refuseLate = (): void => {
    if (settings.isOver?.()) throw new Error('the deadline has passed: nothing is written any more');
  };

  /** Renames the copy that `read` takes, and returns its new name. */
  const setAside = (file: FileLocation): string => {
    refuseLate();
    const path = newestCopy(file, places, now());
    if (dryRun) throw new Error('a dry run renames no file');
    const aside = `${path}.broken-${secondStamp(now())}`;
    try {
      renameSync(path, aside);
    } catch (error) {
      throw new Error(`setting ${path} aside failed`, { cause: error });
    }
    return aside;
  };

  async function previous<Content>(file: FileSpec<Content>): Promise<Previous<Content>> {
    try {
      return { content: await read(file), problems: [] };
    } catch (error) {
      const reason = reasonOf(error);
      try {
        const problem = `could not be used and was set aside (${setAside(file)}): ${reason}`;
        const { content, problems } = await previous(file);
        return { content, problems: [problem, ...problems] };
      } catch (failure) {
        // As on a read-only disk. The run goes on, and the spare copy that it writes is then newer than this file.
        const problem = `could not be used (${reason}) and stays where it is: ${reasonOf(failure)}`;
        return { content: undefined, problems: [problem] };
      }
    }
  }

  /** Paths already reported: a file that is written several times in a run is one problem. */
  const fallen = new Set<string>();

  /** Writes to the file's path, or, on a disk failure, to its spare copy. Returns whether the file's own path was written. */
  const writeOrSpare = (doing: string, file: FileLocation, at: Date, write: (path: string) => void): boolean => {
    const path = file.path(places, at);
    try {
      write(path);
      return true;
    } catch (error) {
      if (!file.fallsBack || !isDiskTrouble(error)) throw new Error(`${doing} ${path} failed`, { cause: error });
      const failed = `${doing} ${path} failed (${reasonOf(error)})`;
      const spare = sparePath(file, places, at);
      try {
        write(spare);
      } catch (cause) {
        throw new Error(`${failed}, and so did ${doing} ${spare}`, { cause });
      }
      if (!fallen.has(path)) settings.onFallback?.(`${failed}; it lies at ${spare} until there is room`);
      fallen.add(path);
      return false;
    }
  };

  return {
    config: settings.config,
    brokenConfiguration: settings.brokenConfiguration,
    places,
    product,
    // Loaded on demand: most stages need neither the host name nor node:os.
    get hostname() {
      return settings.hostname ?? process.getBuiltinModule('node:os').hostname();
    },
    // Random numbers of the kernel: loading node:crypto for 16 bytes costs a tenth of a process start.
    get runId() {
      return (runId ??= newRunId());
    },
    options: settings.options ?? {},
    lists: settings.lists ?? {},
    operand: settings.operand,
    get width() {
      return printWidth();
    },
    now,
    // Node loads `performance` at its first use, and most stages never use it.
    preciseNow: () => clock?.now().getTime() ?? performance.timeOrigin + performance.now(),
    monotonicMs: clock?.monotonicMs ?? (() => Number(process.hrtime.bigint()) / 1e6),
    openHost: settings.openHost,

    read,

    stageRecords: () => readStageRecords(places, read, now(), settings.config),

    replace: async (file, content, at = now()) => {
      refuseLate();
      const path = file.path(places, at);
      const text = encode(file, content, path);
      if (dryRun) return dryRun(path, typeof text === 'string' ? text : `${text.length} bytes`);
      const isInPlace = writeOrSpare('writing', file, at, (where) => replace(where, text, file.mode));
      // A spare copy from when the disk was full is stale now; one that cannot be removed is older, and so is not read.
      if (isInPlace && file.fallsBack) removeQuietly(sparePath(file, places, at));
    },

    append: async (file, record, at = now()) => {
      refuseLate();
      const path = file.path(places, at);
      const line = JSON.stringify(writable(file, record, path));
      if (dryRun) return dryRun(path, `${line}\n`);
      writeOrSpare('appending to', file, at, (where) => appendLine(where, line, file.mode, { synced: durable }));
    },

    previous,

    modifiedAt: (file, at = now()) => {
      const path = newestCopy(file, places, at);
      const ms = modifiedMs(file.commit === undefined ? path : join(path, file.commit));
      return ms === undefined ? undefined : new Date(ms);
    },

    days: (file) => daysOf(file, places),
    bytes: (file, day, room) => readDayFile(file.path(places, day), room),

    scan: function* (file, from, at = now()) {
      const path = file.path(places, at);
      for (const text of file.kept === undefined ? scanLines(path, from) : scanDayFile(path, from))
        yield { text, parse: () => checked(file, JSON.parse(text), path) };
    },
  };
}

function readText(path: string): string | undefined {
  try {
    return readIfThere(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EACCES') throw codedError(code, `this user may not read ${path} (EACCES); root may`);
    throw new Error(`reading ${path} failed`, { cause: error });
  }
}

function encode<Content>(file: FileSpec<Content>, content: Content, path: string): string | Uint8Array {
  if (file.format === 'json') return `${JSON.stringify(writable(file, content, path), undefined, 1)}\n`;
  return content instanceof Uint8Array ? content : String(content);
}

/** Content → the schema that it was found to fit: a snapshot is written twice, and validated once. */
const validated = new WeakMap<object, unknown>();

function writable<Content>(file: FileSpec<Content>, content: Content, path: string): Content {
  // The message names the new content: the file that lies at `path` is not at fault.
  const check = (): Content => checked(file, content, `the new content of ${path}`);
  if (typeof content !== 'object' || content === null) return check();
  if (validated.get(content) !== file.schema) check();
  validated.set(content, file.schema);
  return content;
}

function decode<Content>(file: FileSpec<Content>, text: string, path: string): Content {
  if (file.format !== 'json') return text as Content; // text formats carry no schema: their content is the string
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON (${text.length} characters)`, { cause: error });
  }
  return checked(file, value, path);
}

function checked<Content>(file: FileSpec<Content>, value: unknown, where: string): Content {
  if (!file.schema) throw new Error(`${where}: a ${file.format} file needs a schema`);
  const issue = file.schema.wrongIn(value);
  if (!issue) return value as Content;
  throw new Error(`${where} is not as expected: ${shapeProblem(issue, value)}`);
}
