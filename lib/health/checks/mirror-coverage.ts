import { counted, listed } from '../../core/text.ts';
import { defineCheck } from '../define.ts';

export const mirrorCoverage = defineCheck({
  name: 'mirror-coverage',
  summary: 'a copy of a stream lacks files that it should have by now',
  needs: ['mirrors'],
  limits: {
    key: 'coverage',
    side: 'below',
    amber: ['percent', '99%', 'a copy with less than this of the files is amber'],
    red: ['percent', '95%', 'a copy with less than this of the files is red'],
  },
  assess: ({ mirrors }) =>
    Object.entries(mirrors).flatMap(
      ([subject, { coverage_percent: value, missing_files, source_files, missing_names = [] }]) =>
        value === undefined
          ? []
          : {
              subject,
              value,
              unit: 'percent',
              prefix: `the copy ${subject} has`,
              suffix: ` of ${counted(source_files, 'file')}${missingText(missing_files, missing_names)}`,
            },
    ),
});

function missingText(count: number, names: readonly string[]): string {
  if (count === 0) return '';
  return `, ${count} ${count === 1 ? 'is' : 'are'} missing${names.length === 0 ? '' : `: ${listed(names, 2, count)}`}`;
}
