import { type Case, found } from '../case.ts';
import { endpoint } from '../seen.ts';

export const endpointCertificate: readonly Case[] = [
  ...(
    [
      [90, 'green', 'amber', 7_776_000, '90d'],
      [14.01, 'green', 'amber', 1_210_464, '14d'],
      [14, 'green', 'amber', 1_209_600, '14d'],
      [13.99, 'amber', 'amber', 1_208_736, '13d 23h 46m'],
      [3.01, 'amber', 'amber', 260_064, '3d'],
      [3, 'amber', 'amber', 259_200, '3d'],
      [2.99, 'red', 'red', 258_336, '2d 23h 46m'],
      [0.5, 'red', 'red', 43_200, '12h'],
      [0, 'red', 'red', 0, '0s'],
    ] as const
  ).map(([certificate_days_left, level, decided, value, printed]): Case => ({
    sees: `a certificate that ends in ${certificate_days_left} days is ${level}`,
    given: { endpoints: { web: endpoint({ certificate_days_left }) } },
    find: {
      web: found(
        level,
        value,
        [`limits.certificate.${decided}`, { amber: 1_209_600, red: 259_200 }[decided]],
        ['https://obs.example.org/', `ends in ${printed} `],
        'it is at or above 14d',
      ),
    },
  })),
  {
    sees: 'a certificate that has ended is red, and the message says how long ago',
    given: { endpoints: { web: endpoint({ certificate_days_left: -0.5, certificate_problem: 'CERT_HAS_EXPIRED' }) } },
    find: {
      web: found('red', -43_200, ['limits.certificate.red', 259_200], ['https://obs.example.org/', 'ended 12h ago']),
    },
  },
  ...[{ certificate_days_left: 90 }, {}].map((left): Case => ({
    sees: `a certificate that browsers refuse is red, ${'certificate_days_left' in left ? 'however long it is valid' : 'also without a known end'}`,
    given: { endpoints: { web: endpoint({ ...left, certificate_problem: 'SELF_SIGNED_CERT_IN_CHAIN' }) } },
    find: {
      web: found(
        'red',
        'SELF_SIGNED_CERT_IN_CHAIN',
        ['', 'a certificate that browsers accept'],
        ['browsers refuse the certificate of https://obs.example.org/: SELF_SIGNED_CERT_IN_CHAIN'],
        'a certificate that a known authority signed for this name is installed',
      ),
    },
  })),
  {
    sees: 'an endpoint without a certificate is not judged by one',
    given: { endpoints: { web: endpoint({ url: 'http://obs.example.org/' }) } },
    find: {},
  },
  {
    sees: 'an exception counts for its endpoint and for no other',
    given: { endpoints: { api: endpoint({ certificate_days_left: 6 }), web: endpoint({ certificate_days_left: 6 }) } },
    limits: { certificate: { for: { api: { amber: '5d', red: '1d' } } } },
    find: {
      api: found('green', 518_400, ['limits.certificate.for.api.amber', 432_000], ['6d', 'amber below 5d']),
      web: found('amber', 518_400, ['limits.certificate.amber', 1_209_600], ['6d', 'amber below 14d']),
    },
  },
];
