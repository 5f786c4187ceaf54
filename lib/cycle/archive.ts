// ops-monitor archive …: what people do with the store. Only `rebuild` writes to it.
import { resolve as absolute } from 'node:path';
import { setImmediate as otherWork } from 'node:timers/promises';
import { appendZarr } from '../archive/append.ts';
import { sampleAt, type Sample } from '../archive/at.ts';
import { openExcerpt } from '../archive/export.ts';
import { archive } from '../archive/files.ts';
import { archiveInfo, type Info, instantText } from '../archive/info.ts';
import { verify } from '../archive/verify.ts';
import { findSource, loadConfiguration } from '../config/load.ts';
import { Usage } from '../contract/errors.ts';
import { formatBytes, formatDuration } from '../core/quantity.ts';
import { counted } from '../core/text.ts';
import { distance, parseInstant } from '../core/time.ts';
import { writeNewFolder } from '../io/new-folder.ts';
import { resolvePlaces } from '../io/places.ts';
import { product } from '../io/product.ts';
import { storeFiles } from '../io/store.ts';
import { painter, print, printError } from '../io/terminal.ts';
import { type Asked, type Command, configOption, exitCodes, textOption } from './command.ts';
import type { Group } from './group.ts';
import { runAsCommand, stageOptions } from './main.ts';
import { progressOf } from './progress.ts';

const jsonOption = { json: { type: 'boolean', summary: 'print it as JSON' } } as const;
const onlyOption = {
  only: { type: 'string', value: 'NAMES', summary: 'these variables alone, by commas; * stands for anything' },
} as const;

/** Where the archive lies, and how often a sample is due. */
async function findArchive(asked: Asked): Promise<{ path: string; interval: number }> {
  const config = await loadConfiguration(findSource(textOption(asked, 'config')));
  return { path: archive.path(resolvePlaces(config.files), new Date()), interval: config.interval };
}

const info: Command = {
  name: 'archive info',
  summary: 'says how much there is, of when, with how many gaps, and what lies beside it',
  options: { ...configOption, ...jsonOption },

  async run(asked) {
    const { path, interval } = await findArchive(asked);
    const found = archiveInfo(storeFiles, path, interval);
    print(asked.options['json'] === true ? JSON.stringify(found, undefined, 2) : renderInfo(found));
    return exitCodes.ok;
  },
};

function renderInfo({ samples, first, last, span_seconds, gaps, variables, attributes, ...found }: Info): string {
  const longest = gaps.longest
    ? `, the longest ${formatDuration(gaps.longest.seconds)}, from ${gaps.longest.from} to ${gaps.longest.to}`
    : '';
  const text = (name: string): string => {
    const value = attributes[name];
    return typeof value === 'string' ? value : 'not told';
  };
  const rows = [
    ['path', found.path],
    ['samples', String(samples)],
    ...(first === undefined ? [] : [['first', first]]),
    ...(last === undefined ? [] : [['last', last]]),
    ['span', formatDuration(span_seconds)],
    ['gaps', `${gaps.count} longer than ${formatDuration(gaps.longer_than_seconds)}${longest}`],
    ['variables', `${variables.numbers + variables.flags}: ${variables.numbers} numbers, ${variables.flags} flags`],
    ['size', `${formatBytes(found.bytes)} in ${counted(found.files, 'file')}`],
    ['written by', `ops-monitor ${text('product_version')}`],
    ['created', text('date_created')],
    ['history', text('history')],
    ['backups', found.backups.length === 0 ? 'none' : found.backups.join('\n')],
  ];
  return rows
    .map(([left = '', right = '']) => `${left.padEnd(12)}${right.replaceAll('\n', `\n${' '.repeat(12)}`)}`)
    .join('\n');
}

const verifyCommand: Command = {
  name: 'archive verify',
  summary: 'looks at everything in it, says all that is wrong (exit 1), and writes nothing',
  options: { ...configOption, ...jsonOption },

  async run(asked) {
    const { path } = await findArchive(asked);
    const found = verify(storeFiles, path, new Date());
    const { samples, variables, chunks, absent_chunks, problems } = found;
    if (asked.options['json'] === true) print(JSON.stringify(found, undefined, 2));
    else {
      for (const problem of problems) printError(problem);
      const verdict = problems.length === 0 ? 'nothing is wrong' : counted(problems.length, 'problem');
      print(
        `${path}: ${counted(samples, 'sample')} of ${counted(variables, 'variable')}, ${counted(chunks, 'chunk')}, ` +
          `${absent_chunks} without a value: ${verdict}`,
      );
    }
    return problems.length === 0 ? exitCodes.ok : exitCodes.failed;
  },
};

const rebuild: Command = {
  name: 'archive rebuild',
  summary: 'makes it anew from the raw lines (append-zarr --rebuild); the old one is kept beside itself',
  options: stageOptions,
  run: (asked) =>
    runAsCommand(appendZarr(storeFiles, progressOf('samples')), {
      ...asked,
      options: { ...asked.options, rebuild: true },
    }),
};

const at: Command = {
  name: 'archive at',
  summary: 'tells the newest sample at or before a time',
  operands: 'TIME',
  options: { ...configOption, ...onlyOption, ...jsonOption },

  async run(asked) {
    const [text, ...more] = asked.operands;
    if (text === undefined || more.length > 0) throw new Usage('name one time, such as 2026-11-20T09:50, or now');
    const time = text === 'now' ? new Date() : instantIn(text, 'TIME');
    const { path } = await findArchive(asked);
    const sample = sampleAt(storeFiles, path, time, textOption(asked, 'only'));
    print(asked.options['json'] === true ? JSON.stringify(sample, undefined, 2) : renderSample(sample, time));
    return exitCodes.ok;
  },
};

function instantIn(text: string, what: string): Date {
  const found = parseInstant(text);
  if (!found) throw new Usage(`${what} ${JSON.stringify(text)} is not a time, such as 2026-11-20T09:50 (UTC)`);
  return found;
}

function renderSample({ time, values }: Sample, asked: Date): string {
  const paint = painter();
  const rows = values.map(({ name, value, word, units }) => [
    name,
    word ?? (value === null ? '-' : String(value)),
    units ?? '',
  ]);
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const [names, numbers] = [width(0), width(1)];
  return [
    `${time}, ${distance(new Date(time), asked)} before the time asked for`,
    '',
    ...rows.map(([name = '', value = '', units = '']) => {
      const line = `${name.padEnd(names)}  ${value.padStart(numbers)}  ${units}`.trimEnd();
      return value === '-' ? paint('dim', line) : line;
    }),
  ].join('\n');
}

const formats = ['zarr', 'zarr2', 'csv'] as const;
const codecs = ['zstd', 'blosc'] as const;

const exportCommand: Command = {
  name: 'archive export',
  summary: 'writes a copy of it, or of a part, into a new folder: compressed Zarr, read-only, or CSV',
  operands: 'DIR',
  options: {
    ...configOption,
    from: { type: 'string', value: 'TIME', summary: 'samples of this time and later' },
    to: { type: 'string', value: 'TIME', summary: 'samples of this time and earlier' },
    ...onlyOption,
    format: {
      type: 'string',
      value: 'WORD',
      summary: 'zarr (3, the default), zarr2 (for readers of some years ago) or csv',
    },
    codec: { type: 'string', value: 'WORD', summary: 'how Zarr is compressed: zstd (default) or blosc' },
  },

  async run(asked) {
    const [given, ...more] = asked.operands;
    if (given === undefined || more.length > 0) throw new Usage('name one folder that is not there yet');
    const [format, codec] = [wordOption(asked, 'format', formats), wordOption(asked, 'codec', codecs)];
    if (format === 'csv' && asked.options['codec'] !== undefined) throw new Usage('--codec is for Zarr, not for csv');
    const wanted = { from: timeOption(asked, 'from'), to: timeOption(asked, 'to'), only: textOption(asked, 'only') };
    const folder = absolute(given);
    const { path } = await findArchive(asked);
    const excerpt = openExcerpt(storeFiles, path, wanted);
    const began = performance.now();
    const written = await writeNewFolder(folder, format === 'csv' ? 0o644 : 0o444, async (newFolder) => {
      const draw = progressOf(format === 'csv' ? 'samples' : 'variables');
      const onProgress = async (done: number, all: number): Promise<void> => {
        draw(done, all);
        await otherWork(); // a signal, say
      };
      const writing = { folder: newFolder, onProgress };
      if (format === 'csv') return (await import('../archive/export-csv.ts')).exportCsv(excerpt, writing);
      const { exportZarr } = await import('../archive/export-zarr.ts');
      const note = `${new Date().toISOString()} ops-monitor ${product.version}: exported`;
      return exportZarr(excerpt, { format: format === 'zarr' ? 3 : 2, codec, note }, writing);
    });
    const { times } = excerpt.span;
    print(
      `${folder}: ${counted(times.length, 'sample')} of ${counted(excerpt.variables.length, 'variable')}, from ` +
        `${instantText(times[0] ?? 0)} to ${instantText(times.at(-1) ?? 0)}, ${formatBytes(written.bytes)} in ` +
        `${counted(written.files, 'file')}, ${formatDuration((performance.now() - began) / 1000)}`,
    );
    return exitCodes.ok;
  },
};

/** One of the words; without the option, the first. */
function wordOption<Word extends string>(asked: Asked, name: string, words: readonly [Word, ...Word[]]): Word {
  const text = textOption(asked, name);
  if (text === undefined) return words[0];
  const found = words.find((word) => word === text);
  if (found === undefined) throw new Usage(`--${name} ${JSON.stringify(text)} is none of ${words.join(', ')}`);
  return found;
}

function timeOption(asked: Asked, name: string): Date | undefined {
  const text = textOption(asked, name);
  return text === undefined ? undefined : instantIn(text, `--${name}`);
}

export const archiveCommands: Group = {
  name: 'archive',
  summary: 'looks into the Zarr archive, verifies and rebuilds it, and gives copies of it away',
  commands: [info, verifyCommand, at, exportCommand, rebuild],
};
