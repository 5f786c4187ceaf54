import { clockMinute } from '../../core/time.ts';
import { defineCheck } from '../define.ts';

export const timerOverdue = defineCheck({
  name: 'timer-overdue',
  summary: 'a timer is overdue',
  needs: ['services'],
  limits: {
    key: 'timer',
    side: 'above',
    // systemd lets a timer be late by its AccuracySec, one minute unless the unit says otherwise.
    red: ['duration', '1m', 'a timer whose next run is past by more than this is red'],
  },
  assess: ({ services }) =>
    Object.entries(services).flatMap(([subject, { overdue_seconds: value, next_run_at }]) => {
      if (value === undefined || next_run_at === undefined) return [];
      const due = clockMinute(new Date(next_run_at));
      return {
        subject,
        value,
        unit: 's',
        prefix:
          value > 0 ? `${subject} should have run at ${due} and is late by` : `${subject} runs next at ${due}; late by`,
      };
    }),
});
