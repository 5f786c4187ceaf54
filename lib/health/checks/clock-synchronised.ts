import { defineCheck } from '../define.ts';

export const clockSynchronised = defineCheck({
  name: 'clock-synchronised',
  summary: 'the clock is not synchronised: every time in every file may be wrong',
  needs: ['clock'],
  assess: ({ clock: { synchronised, told_by } }) => [
    {
      subject: 'host',
      level: synchronised ? 'green' : 'amber',
      value: synchronised,
      unit: '',
      limit: { value: true, key: '' },
      message: `the clock is ${synchronised ? '' : 'not '}synchronised (${told_by})`,
      clears_when: 'a time service has set the clock',
    },
  ],
});
