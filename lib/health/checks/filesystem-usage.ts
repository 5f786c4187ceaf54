import { formatBytes } from '../../core/quantity.ts';
import { defineCheck } from '../define.ts';

export const filesystemUsage = defineCheck({
  name: 'filesystem-usage',
  summary: 'a filesystem fills up',
  needs: ['filesystems'],
  limits: {
    key: 'filesystem',
    side: 'from',
    amber: ['percent', '80%', 'from this much in use on, a filesystem is amber'],
    red: ['percent', '90%', 'from this much in use on, a filesystem is red'],
  },
  assess: ({ filesystems }) =>
    Object.entries(filesystems).map(([subject, { path, used_percent, available_bytes }]) => ({
      subject,
      value: used_percent,
      unit: 'percent',
      prefix: `${path} is`,
      suffix: ` full, ${formatBytes(available_bytes)} left`,
    })),
});
