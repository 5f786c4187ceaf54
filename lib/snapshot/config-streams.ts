// Schema of the data streams.
import * as z from 'zod';
import { duration, ownName, unit } from '../contract/quantities.ts';
import { formatLimit } from '../core/quantity.ts';
import { reasonOf } from '../core/text.ts';
import { isZone } from '../core/zone.ts';
import { finenessOf, parseDataPath } from '../parse/datapath.ts';
import { host, path } from './config-values.ts';

const location = z.strictObject({ root: path.describe('folder that contains its files'), host });

export const streamSchema = z
  .strictObject({
    source: location
      .extend({
        files: z
          .string()
          .superRefine((text, context) => {
            try {
              parseDataPath(text);
            } catch (error) {
              context.addIssue({ code: 'custom', message: reasonOf(error) });
            }
          })
          .prefault('**/*')
          .meta({ examples: ['{yyyy}/{MM}/{dd}/*_{HH}{mm}.nc'] })
          .describe(
            'pattern of its paths below `root`, such as `{yyyy}/{MM}/{dd}/*_{HH}{mm}.nc`; with the day in the folder names only the newest folders are searched',
          ),
        time: z
          .enum(['mtime', 'name', 'zarr'])
          .prefault('mtime')
          .describe(
            'where the time of the data is read: `mtime`: when the file was written; `name`: in its path; `zarr`: on the `time` axis of the Zarr store at `root`',
          ),
        zone: z
          .string()
          .refine(isZone, {
            error: (issue) =>
              `expected UTC or the name of a time zone, such as "Europe/Berlin"; got ${JSON.stringify(issue.input)}`,
          })
          .prefault('UTC')
          .describe('time zone of the dates and times in its folders and file names: `UTC`, `Europe/Berlin`'),
      })
      .optional()
      .describe('where the data arrive'),
    window: duration('3h').prefault('1.5h').describe('the stream is stale when its newest data are older than this'),
    mirrors: z
      .record(ownName, location.extend({ compare: duration('7d').prefault('7d').describe('how far back to compare') }))
      .prefault({})
      .describe('copies of the stream, by a name of your own'),
    units: z
      .record(ownName, unit.describe('a unit with its type, such as `sync.timer`'))
      .prefault({})
      .describe('systemd units that the stream depends on, by role: sync, process, transfer'),
  })
  .superRefine(({ source, window }, context) => {
    const message = source?.time === 'name' ? tooCoarse(source.files, window) : undefined;
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['source', 'files'], message });
  });

/** The reason why times in such paths are too coarse for the window, if they are: with months only, the newest file always seems to be of the first day. */
function tooCoarse(files: string, window: number): string | undefined {
  let fineness: number | undefined;
  try {
    fineness = finenessOf(parseDataPath(files));
  } catch {
    return undefined; // no valid pattern: already reported
  }
  const [shown, against] = [JSON.stringify(files), `a window of ${formatLimit(window)}`];
  if (fineness === undefined) {
    const lacks = ['{yyyy}', '{MM}', '{dd}'].filter((part) => !files.includes(part)).join(', ');
    return `${shown} has no ${lacks}: with \`time: name\` the time of a file would not be known to the day, and it could not be judged against ${against}`;
  }
  if (fineness <= window) return undefined;
  const step = formatLimit(fineness);
  return `${shown} gives the time only in steps of ${step}, too coarse for ${against}: name the files more exactly, or use \`time: mtime\` or a window of ${step} or more`;
}
