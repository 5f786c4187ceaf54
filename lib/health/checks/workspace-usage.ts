import { defineCheck, type Finding } from '../../contract/check.ts';
import { formatBytes } from '../../core/quantity.ts';
import type { Readable } from '../../snapshot/sections/index.ts';

const subject = 'workspace';

export const workspaceUsage = defineCheck<Pick<Readable, 'workspace'>>()({
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
        ? { ...untold(problem), because: 'workspace' }
        : untold(usage_problem ?? 'nobody tells it')
      : {
          subject,
          value: used_percent,
          unit: 'percent',
          prefix: `the workspace ${path} is`,
          suffix: ` full${used_bytes === undefined || size_bytes === undefined ? '' : `, ${formatBytes(used_bytes)} of ${formatBytes(size_bytes)}`}`,
        },
  ],
});

const untold = (why: string): Finding => ({
  subject,
  level: 'unknown',
  value: null,
  unit: 'percent',
  message: `how full the workspace is cannot be told: ${why}`,
  clears_when: 'its usage is told again',
});
