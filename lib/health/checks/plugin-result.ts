import { defineCheck } from '../define.ts';

const levels = { ok: 'green', warning: 'amber', critical: 'red', unknown: 'unknown' } as const;

export const pluginResult = defineCheck({
  name: 'plugin-result',
  summary: 'a plugin warns, is critical or gives no result',
  needs: ['plugins'],
  assess: ({ plugins }) =>
    Object.entries(plugins).map(([subject, { result, message, program }]) => ({
      subject,
      level: levels[result],
      value: result,
      unit: '',
      limit: { value: 'ok', key: `plugins.${subject}` },
      message: `the plugin ${subject} says ${result}: ${message}`,
      clears_when: `${program} ends with exit code 0`,
    })),
});
