import { names, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { object, optional } from '../../contract/shape.ts';
import { formatDuration, formatMeasure } from '../../core/quantity.ts';
import type { SnapshotConfig } from '../config.ts';

const copiesOf = (streams: SnapshotConfig['streams']) =>
  Object.entries(streams).flatMap(([stream, { source, mirrors: copies }]) =>
    Object.entries(copies).map(([name, copy]) => ({
      name: `${stream}.${name}`,
      path: ['streams', stream, 'mirrors', name],
      places: [
        ...(source ? [{ host: source.host, path: source.root, key: ['streams', stream, 'source', 'host'] }] : []),
        { host: copy.host, path: copy.root, key: ['streams', stream, 'mirrors', name, 'host'] },
      ],
    })),
  );

export const mirrors = defineSection({
  many: true,
  source:
    'find at the source and at the mirror, names and sizes compared (try: rsync -rin --size-only SOURCE/ MIRROR/)',
  noun: 'copy',
  subjects: ({ streams }: SnapshotConfig) => copiesOf(streams),
  places: ({ streams }: SnapshotConfig) =>
    copiesOf(streams).flatMap(({ name: item, places }) => places.map((place) => ({ ...place, item }))),
  schema: object({
    stream: words('stream it is a copy of'),
    host: words('machine of the mirror'),
    root: words('folder of the mirror'),
    window_seconds: quantity('s', 'window of the stream: a younger file need not be there yet'),
    compare_seconds: quantity('s', 'how far back was compared'),
    source_files: quantity('1', 'files at the source that should be there by now'),
    missing_files: quantity('1', 'of these, not in the mirror'),
    mismatched_files: quantity('1', 'of these, there with another size'),
    extra_files: quantity('1', 'files of the mirror that the source does not have (any more)'),
    // `coverage_percent` is left out while the source has no file that the mirror should have by now.
    coverage_percent: optional(quantity('percent', 'files that are there with the same size, of those that should be')),
    lag_seconds: optional(
      quantity('s', 'how long the oldest file has waited that came after the newest which the mirror has'),
    ),
    missing_names: optional(names('a few of the missing files, newest first')),
    mismatched_names: optional(names('a few of the files of another size, newest first')),
    worst: names('a few of the files that are missing or of another size, newest first'),
  }),
  group: 'mirrors',
  panels: [
    {
      title: 'Mirror coverage',
      field: 'coverage_percent',
      least: 80,
      limits: { check: 'mirror-coverage' },
      inSummary: true,
    },
    {
      title: 'Mirror lag',
      field: 'lag_seconds',
      limits: { check: 'mirror-lag', times: 'window_seconds' },
      inSummary: true,
    },
  ],
  table: {
    title: 'Mirrors',
    columns: ['copy', 'coverage', 'lag', 'files', 'missing', 'other size', 'extra', 'among them'],
    rows: (mirror, name) => [
      [
        name,
        mirror.coverage_percent === undefined ? 'nothing to cover' : formatMeasure(mirror.coverage_percent, 'percent'),
        mirror.lag_seconds === undefined ? '' : formatDuration(mirror.lag_seconds),
        String(mirror.source_files),
        String(mirror.missing_files),
        String(mirror.mismatched_files),
        String(mirror.extra_files),
        mirror.worst.slice(0, 3).join(', '),
      ],
    ],
  },
});
