// ops-monitor archive info, verify and at: they only read the archive.
import { setTimeout as pause } from 'node:timers/promises';
import { sampleAt, type Sample } from '../../archive/at.ts';
import { compareWithRaw } from '../../archive/compare.ts';
import { archiveInfo, type Info } from '../../archive/info.ts';
import { verify, type Verified } from '../../archive/verify.ts';
import { sections } from '../../config/registry.ts';
import { Usage } from '../../contract/errors.ts';
import { alignColumns } from '../../core/columns.ts';
import { formatBytes, formatDuration } from '../../core/quantity.ts';
import { counted, reasonOf } from '../../core/text.ts';
import { distance } from '../../core/time.ts';
import { storeFiles } from '../../io/store.ts';
import { makeWorld } from '../../io/world.ts';
import { painter, print, printError } from '../../io/terminal.ts';
import { type Command, configOption, exitCodes, jsonOption, textOption } from '../../cli/command.ts';
import { progressOf } from '../../cli/progress.ts';
import { noHost } from '../../cli/stage.ts';
import { archiveInConfig, instantIn, onlyOption } from './options.ts';

export const info: Command = {
  name: 'archive info',
  summary: 'shows the samples, time span, gaps, size and backups of the archive',
  options: { ...configOption, ...jsonOption },

  async run(asked) {
    const { path, config } = await archiveInConfig(asked);
    const found = archiveInfo(storeFiles, path, config.interval);
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
    return typeof value === 'string' ? value : 'unknown';
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
    ...(found.backups.length === 0 ? ['none'] : found.backups).map((path, index) => [
      index === 0 ? 'backups' : '',
      path,
    ]),
  ];
  return alignColumns(rows).join('\n');
}

/** A concurrent append, between its commit and its arrays, looks like a problem; a real problem is still there a second later. */
async function verifyTwice(path: string): Promise<Verified> {
  const found = verify(storeFiles, path, new Date());
  if (found.problems.length === 0) return found;
  await pause(1000);
  return verify(storeFiles, path, new Date());
}

type Compared = ReturnType<typeof compareWithRaw>;

/** In a store whose times cannot be read, nothing can be compared. */
function compare(run: () => Compared): Compared | { problems: string[] } {
  try {
    return run();
  } catch (error) {
    return { problems: [`the archive cannot be compared with the raw lines: ${reasonOf(error)}`] };
  }
}

function describeComparison(compared: ReturnType<typeof compare>): string {
  if (!('values_compared' in compared)) return 'not compared with the raw lines';
  const { values_compared, samples_without_raw_line: alone } = compared;
  const rest = alone === 0 ? '' : `; ${counted(alone, 'sample')} without a raw line`;
  return `${counted(values_compared, 'value')} compared with the raw lines${rest}`;
}

export const verifyCommand: Command = {
  name: 'archive verify',
  summary: 'checks the whole archive, compares it with the raw lines, and lists every problem (exit 1 if there is one)',
  options: { ...configOption, ...jsonOption },

  async run(asked) {
    const { path, places, config } = await archiveInConfig(asked);
    const store = await verifyTwice(path);
    const log = makeWorld({ config, places, openHost: noHost });
    const onProgress = progressOf('samples');
    const compared = compare(() =>
      compareWithRaw({ sections, files: storeFiles, log, path, now: new Date(), onProgress }),
    );
    const found = { ...store, ...compared, problems: [...store.problems, ...compared.problems] };
    const { samples, variables, chunks, absent_chunks, problems } = found;
    if (asked.options['json'] === true) print(JSON.stringify(found, undefined, 2));
    else {
      for (const problem of problems) printError(problem);
      const verdict = problems.length === 0 ? 'nothing is wrong' : counted(problems.length, 'problem');
      print(
        `${path}: ${counted(samples, 'sample')} of ${counted(variables, 'variable')}, ${counted(chunks, 'chunk')}, ` +
          `${absent_chunks} without a value, ${describeComparison(compared)}: ${verdict}`,
      );
    }
    return problems.length === 0 ? exitCodes.ok : exitCodes.failed;
  },
};

export const at: Command = {
  name: 'archive at',
  summary: 'prints the newest sample at or before a time (12:00 is the whole minute)',
  operand: 'TIME',
  options: { ...configOption, ...onlyOption, ...jsonOption },

  async run(asked) {
    const { operand: text } = asked;
    if (text === undefined) throw new Usage('name one time, such as 2026-11-20T09:50, or now');
    const time = text === 'now' ? new Date() : instantIn(text, 'TIME');
    const end = text === 'now' ? time : instantIn(text, 'TIME', { isEnd: true });
    const { path } = await archiveInConfig(asked);
    const sample = sampleAt(storeFiles, path, end, textOption(asked, 'only'));
    print(asked.options['json'] === true ? JSON.stringify(sample, undefined, 2) : renderSample(sample, time));
    return exitCodes.ok;
  },
};

function renderSample({ time, values }: Sample, asked: Date): string {
  const paint = painter();
  const rows = values.map(({ name, value, word, units }) => [
    name,
    word ?? (value === null ? '-' : String(value)),
    units === '1' ? '' : (units ?? ''), // a dimensionless value is shown as a bare number
  ]);
  return [
    new Date(time) < asked ? `${time}, ${distance(new Date(time), asked)} before the time asked for` : time,
    '',
    ...alignColumns(rows, { right: [1] }).map((line, index) => (rows[index]?.[1] === '-' ? paint('dim', line) : line)),
  ].join('\n');
}
