// The World that stages are handed: declared files, hosts, clocks. The only thing of io that a stage ever sees.
import { readFileSync, renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { FileLocation, FileSpec, Places } from '../contract/file.ts';
import type { Host } from '../contract/host.ts';
import { type StageRecord, stageRecord } from '../contract/record.ts';
import { shapeProblem } from '../contract/shape.ts';
import type { Previous, World } from '../contract/stage.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';
import { secondStamp } from '../core/time.ts';
import { daysOf, unpacked } from './days.ts';
import {
  appendLine,
  isDiskTrouble,
  listIfThere,
  modifiedMs,
  overwriteFile,
  readIfThere,
  replaceFile,
  swapFile,
} from './files.ts';
import { scanLines } from './jsonl.ts';
import { product } from './product.ts';
import { forget, newestOf, sparePath } from './spare.ts';

export interface WorldSettings<Config> {
  readonly config: Config;
  readonly places: Places;
  readonly options?: World<Config>['options'];
  readonly openHost: (name: string, signal: AbortSignal) => Host;
  /** Another clock than the machine's: of a test, or of simulated days. */
  readonly clock?: { readonly now: () => Date; readonly monotonicMs: () => number };
  readonly runId?: string;
  readonly hostname?: string;
  /** Called in place of each write. */
  readonly dryRun?: (path: string, content: string) => void;
  readonly isOver?: () => boolean;
  /** False: what is written need not survive a kill or a power cut, and nobody reads it meanwhile, as in simulated days. */
  readonly durable?: boolean;
  /** False: what is replaced need not survive a power cut, and no disk is waited for. */
  readonly synced?: boolean;
  /** Told when a disk was full and a file went to the runtime folder instead. */
  readonly onFallback?: (problem: string) => void;
}

export function makeWorld<Config>(settings: WorldSettings<Config>): World<Config> {
  const { places, dryRun, durable = true, synced = true } = settings;
  const replace = durable ? (synced ? replaceFile : swapFile) : overwriteFile;
  const { clock } = settings;
  // The kernel's own chance: loading node:crypto for 16 bytes costs a tenth of a start.
  let runId: string | undefined;
  const now = clock?.now ?? (() => new Date());

  async function read<Content>(file: FileSpec<Content>, at = now()): Promise<Content | undefined> {
    const path = newestOf(file, places, at);
    const text = readText(path);
    return text === undefined ? undefined : decode(file, text, path);
  }

  /** A stage that its deadline has passed must not write beside the next one. */
  const refuseLate = (): void => {
    if (settings.isOver?.()) throw new Error('the deadline has passed: nothing is written any more');
  };

  /** Of two copies the one that `read` takes: its new name. */
  const setAside = (file: FileLocation): string => {
    refuseLate();
    const path = newestOf(file, places, now());
    if (dryRun) throw new Error('nothing is set aside in a dry run');
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
        // As on a disk that is read-only. What this run writes counts from then on all the same.
        const problem = `could not be used (${reason}) and stays where it is: ${reasonOf(failure)}`;
        return { content: undefined, problems: [problem] };
      }
    }
  }

  /** Once for each file: what is written several times in a run is not several problems. */
  const fallen = new Set<string>();
  const fellBack = (path: string, problem: string): void => {
    if (!fallen.has(path)) settings.onFallback?.(problem);
    fallen.add(path);
  };

  /** Where it belongs, or, where that disk is the trouble, in the runtime folder: whether it is where it belongs. */
  const put = (doing: string, file: FileLocation, at: Date, write: (path: string) => void): boolean => {
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
      fellBack(path, `${failed}; it lies at ${spare} until there is room`);
      return false;
    }
  };

  return {
    config: settings.config,
    places,
    product,
    // Loaded here: most stages do not ask, nor have to look for a home (see places.ts).
    get hostname() {
      return settings.hostname ?? process.getBuiltinModule('node:os').hostname();
    },
    get runId() {
      return (runId ??=
        settings.runId ?? readFileSync('/proc/sys/kernel/random/uuid', 'utf8').trim().replaceAll('-', ''));
    },
    options: settings.options ?? {},
    now,
    // `performance` is loaded by its first use, which most stages can do without.
    preciseNow: () => clock?.now().getTime() ?? performance.timeOrigin + performance.now(),
    monotonicMs: clock?.monotonicMs ?? (() => Number(process.hrtime.bigint()) / 1e6),
    openHost: settings.openHost,

    read,

    stageRecords: async () => {
      const names = stageNames(places);
      // A record that cannot be read is as good as none: the next run of that stage writes a new one.
      const records = await Promise.all(names.map((name) => read(stageRecord(name)).catch(() => undefined)));
      // A copy that somebody made of a record is not another stage.
      return records.filter((record, index) => record !== undefined && record.stage === names[index]) as StageRecord[];
    },

    replace: async (file, content, at = now()) => {
      refuseLate();
      const path = file.path(places, at);
      const text = encode(file, content, path);
      if (dryRun) return dryRun(path, text);
      const isInPlace = put('writing', file, at, (where) => replace(where, text, file.mode));
      // A copy that an earlier full disk left in the runtime folder is out of date now.
      if (isInPlace && file.fallsBack) forget(sparePath(file, places, at));
    },

    append: async (file, record, at = now()) => {
      refuseLate();
      const path = file.path(places, at);
      const line = JSON.stringify(writable(file, record, path));
      if (dryRun) return dryRun(path, `${line}\n`);
      put('appending to', file, at, (where) => appendLine(where, line, file.mode, { synced: durable }));
    },

    previous,

    modifiedAt: (file, at = now()) => {
      const path = newestOf(file, places, at);
      const ms = modifiedMs(file.commit === undefined ? path : join(path, file.commit));
      return ms === undefined ? undefined : new Date(ms);
    },

    days: (file) => daysOf(file, places),
    bytes: (file, day, room) => unpacked(file.path(places, day), room),

    scan: function* (file, from, at = now()) {
      const path = file.path(places, at);
      for (const text of scanLines(path, from)) yield { text, parse: () => checked(file, JSON.parse(text), path) };
    },
  };
}

function readText(path: string): string | undefined {
  try {
    return readIfThere(path);
  } catch (error) {
    throw new Error(`reading ${path} failed`, { cause: error });
  }
}

/** Also of those whose first record found no room on the disk. */
function stageNames(places: Places): string[] {
  const [any, epoch] = [stageRecord('any'), new Date(0)];
  const spare = dirname(sparePath(any, places, epoch));
  const entries = [
    ...listIfThere(dirname(any.path(places, epoch))),
    // Mostly there is none, and an error that says so costs more than a look.
    ...(modifiedMs(spare) === undefined ? [] : listIfThere(spare)),
  ];
  const names = entries.filter((entry) => entry.endsWith('.json')).map((entry) => basename(entry, '.json'));
  return [...new Set(names)].sort();
}

function encode<Content>(file: FileSpec<Content>, content: Content, path: string): string {
  if (file.format === 'json') return `${JSON.stringify(writable(file, content, path), undefined, 1)}\n`;
  return String(content);
}

/** By schema, what was found to fit it: a snapshot is written twice, and judged once. */
const fitting = new WeakMap<object, unknown>();

function writable<Content>(file: FileSpec<Content>, content: Content, path: string): Content {
  // Nobody is to look for it in the file that is there.
  const check = (): Content => checked(file, content, `what was to go to ${path}`);
  if (typeof content !== 'object' || content === null) return check();
  if (fitting.get(content) !== file.schema) check();
  fitting.set(content, file.schema);
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
  const result = file.schema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(`${where} is not as expected: ${shapeProblem(result.error, value)}`);
}
