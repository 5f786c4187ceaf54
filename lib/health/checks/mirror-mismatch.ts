import { listed } from '../../core/text.ts';
import { defineCheck } from '../define.ts';

export const mirrorMismatch = defineCheck({
  name: 'mirror-mismatch',
  summary: 'files of a copy have another size than at the source',
  needs: ['mirrors'],
  limits: {
    key: 'mismatch',
    side: 'from',
    amber: ['count', 1, 'from this many files of another size on, a copy is amber'],
  },
  assess: ({ mirrors }) =>
    Object.entries(mirrors).flatMap(
      ([subject, { mismatched_files: value, source_files, missing_files, mismatched_names }]) =>
        // Where no file could be compared, there is no finding: zero mismatches would be green.
        source_files === missing_files
          ? []
          : {
              subject,
              value,
              unit: '1',
              prefix: `the copy ${subject} has`,
              suffix: ` ${value === 1 ? 'file' : 'files'} of another size${mismatched_names ? `: ${listed(mismatched_names, 2, value)}` : ''}`,
            },
    ),
});
