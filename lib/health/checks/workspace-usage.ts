import type { Finding } from '../../contract/check.ts';
import { formatBytes } from '../../core/quantity.ts';
import { defineCheck } from '../define.ts';

const subject = 'workspace';

export const workspaceUsage = defineCheck({
  name: 'workspace-usage',
  summary: 'the group workspace fills up',
  needs: ['workspace'],
  limits: {
    key: 'workspace',
    side: 'from',
    amber: ['percent', '80%', 'from this much in use on, the workspace is amber'],
    red: ['percent', '90%', 'from this much in use on, the workspace is red'],
  },
  assess: ({ workspace: { path, problem, used_percent, used_bytes, size_bytes, usage_problem } }) => [
    used_percent === undefined
      ? usage_problem === undefined && problem !== undefined
        ? { ...unknownUsage(problem), because: 'workspace' }
        : unknownUsage(usage_problem ?? 'it was not read')
      : {
          subject,
          value: used_percent,
          unit: 'percent',
          prefix: `the workspace ${path} is`,
          suffix: ` full${used_bytes === undefined || size_bytes === undefined ? '' : `, ${formatBytes(used_bytes)} of ${formatBytes(size_bytes)}`}`,
        },
  ],
});

const unknownUsage = (why: string): Finding => ({
  subject,
  level: 'unknown',
  value: null,
  unit: 'percent',
  message: `the usage of the workspace is unknown: ${why}`,
  clears_when: 'its usage can be read again',
});
