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
    Object.entries(mirrors).flatMap(([subject, { coverage_percent: value, missing_files, source_files, worst }]) =>
      value === undefined
        ? []
        : {
            subject,
            value,
            unit: 'percent',
            prefix: `the copy ${subject} has`,
            suffix: ` of ${source_files} files${missing_files === 0 ? '' : `, ${missing_files} ${missing_files === 1 ? 'is' : 'are'} missing: ${namesOf(worst, missing_files)}`}`,
          },
    ),
});

/** `a, b and 186 more`: the snapshot names only a few of the missing files. */
function namesOf(worst: readonly string[], missing: number): string {
  const names = worst.slice(0, Math.min(2, missing));
  return names.join(', ') + (missing > names.length ? ` and ${missing - names.length} more` : '');
}
