import * as z from 'zod/mini';
import { names, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';

export const mirrors = defineSection({
  many: true,
  source:
    'find at the source and at the mirror, names and sizes compared (try: rsync -rin --size-only SOURCE/ MIRROR/)',
  schema: z.looseObject({
    stream: words('stream it is a copy of'),
    host: words('machine of the mirror'),
    root: words('folder of the mirror'),
    window_seconds: quantity('s', 'window of the stream: a younger file need not be there yet'),
    compare_seconds: quantity('s', 'how far back was compared'),
    source_files: quantity('1', 'files at the source that should be there by now'),
    missing_files: quantity('1', 'of these, not in the mirror'),
    mismatched_files: quantity('1', 'of these, there with another size'),
    extra_files: quantity('1', 'files of the mirror that the source does not have (any more)'),
    // Missing where the source has nothing that should be there: then there is nothing to cover.
    coverage_percent: z.optional(
      quantity('percent', 'files that are there with the same size, of those that should be'),
    ),
    lag_seconds: z.optional(
      quantity('s', 'how long the oldest file has waited that came after the newest which the mirror has'),
    ),
    worst: names('a few of the files that are missing or of another size, newest first'),
  }),
});
