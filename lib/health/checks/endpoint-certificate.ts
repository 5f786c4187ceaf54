import type { Finding } from '../../contract/check.ts';
import { formatDuration } from '../../core/quantity.ts';
import { defineCheck } from '../define.ts';

const daySeconds = 86_400;

export const endpointCertificate = defineCheck({
  name: 'endpoint-certificate',
  summary: 'the certificate of a URL expires soon, or browsers refuse it',
  needs: ['endpoints'],
  limits: {
    key: 'certificate',
    side: 'below',
    amber: ['duration', '14d', 'a certificate that ends sooner is amber'],
    red: ['duration', '3d', 'a certificate that ends sooner is red'],
  },
  assess: ({ endpoints }) =>
    Object.entries(endpoints).flatMap(([subject, { url, certificate_days_left, certificate_problem }]) => {
      const seconds = certificate_days_left === undefined ? undefined : Math.round(certificate_days_left * daySeconds);
      const ending = seconds === undefined ? [] : [endOf(subject, url, seconds)];
      // Browsers refuse an expired certificate too, but the finding about its end is more precise.
      if (certificate_problem === undefined || (seconds !== undefined && seconds < 0)) return ending;
      return [refused(subject, url, certificate_problem)];
    }),
});

const endOf = (subject: string, url: string, value: number): Finding => ({
  subject,
  value,
  unit: 's',
  prefix: `the certificate of ${url} ends in`,
  ...(value < 0 ? { message: `the certificate of ${url} ended ${formatDuration(-value)} ago` } : {}),
});

const refused = (subject: string, url: string, problem: string): Finding => ({
  subject,
  level: 'red',
  value: problem,
  unit: '',
  limit: { value: 'a certificate that browsers accept', key: '' },
  message: `browsers refuse the certificate of ${url}: ${problem}`,
  clears_when: 'a certificate that a known authority signed for this name is installed',
});
