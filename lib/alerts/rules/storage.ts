import { defineRule } from '../../contract/rule.ts';
import { formatBytes } from '../../core/quantity.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { beyond } from '../threshold.ts';

export const storage = defineRule<Pick<Readable, 'filesystems' | 'workspace'>>()({
  name: 'storage',
  summary: 'a filesystem fills up',
  runbook: 'ops/runbooks/filesystem-usage.md',
  needs: ['filesystems', 'workspace'],
  tells: { 'filesystem-usage': '', 'workspace-usage': '' },
  limits: { at: ['percent', '80%', 'from this much in use on'] },
  sightings: ({ filesystems = {}, workspace }, limitsOf) => {
    const common = { unit: 'percent', key: 'storage.at', fires: 'from' } as const;
    const disks = Object.entries(filesystems).map(([subject, { path, used_percent, available_bytes }]) =>
      beyond({
        ...common,
        subject,
        limit: limitsOf(subject).at,
        value: used_percent,
        why: undefined,
        says: `${path} is`,
        after: ` full, ${formatBytes(available_bytes)} left`,
      }),
    );
    if (!workspace) return disks;
    const { path, used_percent, usage_problem, problem } = workspace;
    const why = `how full ${path} is cannot be told: ${usage_problem ?? problem ?? 'nobody says'}`;
    const says = `the workspace ${path} is`;
    const subject = 'workspace';
    const { at: limit } = limitsOf(subject);
    return [...disks, beyond({ ...common, subject, limit, value: used_percent, why, says, after: ' full' })];
  },
});
