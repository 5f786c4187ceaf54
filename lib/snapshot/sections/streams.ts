import * as z from 'zod/mini';
import { instant, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';

export const streams = defineSection({
  many: true,
  source: 'find in the newest folders at the source (try: find ROOT -newermt "-3 hours" -type f)',
  schema: z.looseObject({
    host: words('machine where the data arrive'),
    root: words('folder under which they arrive'),
    window_seconds: quantity('s', 'older than this, the stream is stale'),
    // Missing where there is no file at all: a stream without data has no age, and is not fresh.
    newest_at: z.optional(instant('time of the newest data')),
    age_seconds: z.optional(quantity('s', 'age of the newest data')),
    newest_file: z.optional(words('file of the newest data, below the root')),
    /** In the folders that were searched. */
    empty_files: quantity('1', 'files without any content, left out'),
    future_files: quantity('1', 'files from the future, left out'),
  }),
});
