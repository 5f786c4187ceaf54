import { instant, quantity, words } from '../../contract/fields.ts';
import { defineSection, namesUnder } from '../../contract/section.ts';
import { object, optional } from '../../contract/shape.ts';
import { formatDuration, formatLimit } from '../../core/quantity.ts';
import { clockMinute } from '../../core/time.ts';
import type { SnapshotConfig } from '../config.ts';

export const streams = defineSection({
  many: true,
  source: 'find in the newest folders at the source (try: find ROOT -newermt "-3 hours" -type f)',
  noun: 'stream',
  subjects: ({ streams: own }: SnapshotConfig) => namesUnder('streams', own),
  places: ({ streams: own }: SnapshotConfig) =>
    Object.entries(own).flatMap(([item, { source }]) =>
      source ? [{ item, host: source.host, path: source.root, key: ['streams', item, 'source', 'host'] }] : [],
    ),
  schema: object({
    host: words('machine where the data arrive'),
    root: words('folder under which they arrive'),
    window_seconds: quantity('s', 'older than this, the stream is stale'),
    // These three are missing where no file was found: without data there is no age, and the check calls the stream stale.
    newest_at: optional(instant('time of the newest data')),
    age_seconds: optional(quantity('s', 'age of the newest data')),
    newest_file: optional(words('file of the newest data, below the root')),
    /** Counts of the folders that were searched. */
    empty_files: quantity('1', 'files without any content, left out'),
    future_files: quantity('1', 'files from the future, left out'),
  }),
  group: 'streams',
  panels: [
    {
      title: 'Age of the newest data',
      field: 'age_seconds',
      limits: { field: 'window_seconds', level: 'red', side: 'above', judgedBy: 'stream-age' },
      inSummary: true,
    },
  ],
  table: {
    title: 'Streams',
    columns: ['stream', 'newest data', 'age', 'window', 'file', 'left out'],
    rows: (stream, name) => [
      [
        name,
        stream.newest_at === undefined ? 'none' : clockMinute(new Date(stream.newest_at)),
        stream.age_seconds === undefined ? '' : formatDuration(stream.age_seconds),
        formatLimit(stream.window_seconds),
        stream.newest_file ?? '',
        [
          ...(stream.empty_files > 0 ? [`${stream.empty_files} empty`] : []),
          ...(stream.future_files > 0 ? [`${stream.future_files} from the future`] : []),
        ].join(', '),
      ],
    ],
  },
});
