import { defineCheck } from '../../contract/check.ts';
import { formatDuration } from '../../core/quantity.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { judgeNumber, limitsUnder } from '../limits.ts';

const daySeconds = 86_400;

export const endpointCertificate = defineCheck<Pick<Readable, 'endpoints'>>()({
  name: 'endpoint-certificate',
  summary: 'the certificate of a URL ends soon, or browsers refuse it',
  needs: ['endpoints'],
  limits: limitsUnder('certificate', {
    amber: ['duration', '14d', 'a certificate that ends sooner is amber'],
    red: ['duration', '3d', 'a certificate that ends sooner is red'],
  }),
  assess: ({ endpoints }, limits) =>
    Object.entries(endpoints).flatMap(
      ([subject, { url, certificate_days_left: days, certificate_problem: problem }]) => {
        if (days === undefined) return [];
        const ending = judgeNumber({
          subject,
          value: days * daySeconds,
          unit: 's',
          limits,
          under: 'certificate',
          side: 'below',
          says: `the certificate of ${url} ends in`,
        });
        if (days < 0)
          return { ...ending, message: `the certificate of ${url} ended ${formatDuration(-days * daySeconds)} ago` };
        if (problem === undefined) return ending;
        return {
          ...ending,
          level: 'red',
          message: `browsers refuse the certificate of ${url}: ${problem}`,
          clears_when: 'a certificate that a known authority signed for this name is installed',
        };
      },
    ),
});
