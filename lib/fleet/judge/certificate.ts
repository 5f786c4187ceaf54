import { formatDuration } from '../../core/quantity.ts';
import { defineJudgement } from '../define.ts';
import { measured, partsOf } from '../findings.ts';

const day = 86_400;

export const certificate = defineJudgement({
  name: 'certificate',
  summary: 'a TLS certificate expires soon, or a browser would refuse it (warning); it has expired (critical)',
  subsystem: 'dns',
  severities: ['critical', 'warning'],
  advice:
    'See why it is not renewed (journalctl -u caddy): port 80 or the DNS challenge must be reachable from outside.',
  needs: ['dns'],
  limits: { key: 'certificate', side: 'below', amber: ['duration', '14d', 'fewer days left than this are a warning'] },
  assess: ({ dns }) =>
    Object.entries(dns).flatMap(([node, { certificates, base_tls_days_left: base, wild_tls_days_left: wildcard }]) => {
      const all = certificates ?? [
        { name: 'the zone', days_left: base, problem: undefined },
        { name: 'the wildcard', days_left: wildcard, problem: undefined },
      ];
      return partsOf(all).flatMap(([name, { days_left: days, problem }]) => {
        const value = days === undefined ? undefined : Math.round(days * day);
        const what = `the certificate for ${name} on ${node}`;
        const isExpired = value !== undefined && value <= 0;
        return measured(node, `${node}/${name}`, 's', {
          value,
          prefix: `${what} expires in`,
          ...(isExpired
            ? { minimumLevel: 'red', message: `${what} expired ${formatDuration(-value)} ago` }
            : problem === undefined
              ? {}
              : { minimumLevel: 'amber', message: `${what} would be refused: ${problem}` }),
        });
      });
    }),
});
