import { firstLine } from '../../core/text.ts';
import { defineCheck } from '../define.ts';

export const workspaceReachable = defineCheck({
  name: 'workspace-reachable',
  summary: 'the group workspace cannot be reached',
  needs: ['workspace'],
  assess: ({ workspace: { path, reached, problem } }) => [
    {
      subject: 'workspace',
      level: reached ? 'green' : 'red',
      value: reached,
      unit: '',
      limit: { value: true, key: 'workspace' },
      message: reached ? `the workspace ${path} is there` : `the workspace cannot be reached: ${problem ?? path}`,
      clears_when: `${path} is mounted, and answers within 8 s`,
      ...(reached ? {} : { shortMessage: firstLine(problem ?? 'not reached') }),
    },
  ],
});
