// ops-monitor archive export.
import { resolve as absolute } from 'node:path';
import { setImmediate as otherWork } from 'node:timers/promises';
import { openExcerpt } from '../../archive/export.ts';
import { instantText } from '../../archive/layout.ts';
import { Usage } from '../../contract/errors.ts';
import { formatBytes, formatDuration } from '../../core/quantity.ts';
import { counted } from '../../core/text.ts';
import { writeNewFolder } from '../../io/new-folder.ts';
import { product } from '../../io/product.ts';
import { storeFiles } from '../../io/store.ts';
import { print } from '../../io/terminal.ts';
import type { Arguments } from '../../cli/arguments.ts';
import { type Command, configOption, exitCodes, textOption } from '../../cli/command.ts';
import { progressOf } from '../../cli/progress.ts';
import { archiveInConfig, instantIn, onlyOption } from './options.ts';

const formats = ['zarr', 'zarr2', 'csv'] as const;
const codecs = ['zstd', 'blosc'] as const;

export const exportCommand: Command = {
  name: 'archive export',
  summary: 'writes a copy of the archive, or of a part, to a new folder: compressed read-only Zarr, or CSV',
  operand: 'DIR',
  options: {
    ...configOption,
    from: { type: 'string', value: 'TIME', summary: 'export samples from this time on' },
    to: { type: 'string', value: 'TIME', summary: 'export samples up to this time; a day is meant to its end' },
    ...onlyOption,
    format: {
      type: 'string',
      value: 'WORD',
      summary: 'zarr (version 3, the default), zarr2 (for older readers) or csv',
    },
    codec: { type: 'string', value: 'WORD', summary: 'compression of Zarr: zstd (default) or blosc' },
  },

  async run(asked) {
    const { operand: given } = asked;
    if (given === undefined) throw new Usage('name one folder that does not exist yet');
    const [format, codec] = [wordOption(asked, 'format', formats), wordOption(asked, 'codec', codecs)];
    if (format === 'csv' && asked.options['codec'] !== undefined) throw new Usage('--codec is for Zarr, not for csv');
    const wanted = { from: timeOption(asked, 'from'), to: timeOption(asked, 'to'), only: textOption(asked, 'only') };
    const { from, to } = wanted;
    if (from && to && from > to)
      throw new Usage(`--from ${from.toISOString()} is after --to ${to.toISOString()}: no time is between them`);
    const folder = absolute(given);
    const { path } = await archiveInConfig(asked);
    const excerpt = openExcerpt(storeFiles, path, wanted);
    const began = performance.now();
    const written = await writeNewFolder(folder, format === 'csv' ? 0o644 : 0o444, async (newFolder) => {
      const draw = progressOf(format === 'csv' ? 'samples' : 'variables');
      const onProgress = async (done: number, all: number): Promise<void> => {
        draw(done, all);
        await otherWork(); // lets a signal handler run
      };
      const writing = { folder: newFolder, onProgress };
      if (format === 'csv') return (await import('../../archive/export-csv.ts')).exportCsv(excerpt, writing);
      const { exportZarr } = await import('../../archive/export-zarr.ts');
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

/** The given word, which must be one of `words`; without the option, the first. */
function wordOption<Word extends string>(asked: Arguments, name: string, words: readonly [Word, ...Word[]]): Word {
  const text = textOption(asked, name);
  if (text === undefined) return words[0];
  const found = words.find((word) => word === text);
  if (found === undefined) throw new Usage(`--${name} ${JSON.stringify(text)} is none of ${words.join(', ')}`);
  return found;
}

function timeOption(asked: Arguments, name: string): Date | undefined {
  const text = textOption(asked, name);
  return text === undefined ? undefined : instantIn(text, `--${name}`, { isEnd: name === 'to' });
}
