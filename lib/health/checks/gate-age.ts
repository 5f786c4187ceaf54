import { defineCheck } from '../define.ts';

export const gateAge = defineCheck({
  name: 'gate-age',
  summary: 'the verdict of a gate is stale',
  needs: ['gates'],
  limits: { key: 'gate', side: 'above', amber: ['duration', '26h', 'a verdict older than this is amber'] },
  assess: ({ gates }) =>
    Object.entries(gates).map(([subject, { age_seconds }]) => ({
      subject,
      value: age_seconds,
      unit: 's',
      prefix: `the verdict of the ${subject} gate is`,
      suffix: ' old',
    })),
});
