import { defineCheck } from '../define.ts';

export const serviceRestarts = defineCheck({
  name: 'service-restarts',
  summary: 'a service is in a restart loop: it dies, and systemd starts it again and again',
  needs: ['services'],
  limits: {
    key: 'restarts',
    side: 'from',
    red: ['count', 3, 'from this many automatic restarts between two snapshots on, a service is in a loop'],
  },
  assess: ({ services }) =>
    Object.entries(services).flatMap(([subject, { restarts, recent_restarts, sub_state }]) => {
      // A service that waits for a restart is judged by all its restarts: a slow loop has few between two snapshots.
      const value = sub_state === 'auto-restart' ? restarts : recent_restarts;
      if (value === undefined) return [];
      const since = sub_state === 'auto-restart' ? 'and is waiting for the next' : 'since the snapshot before';
      return {
        subject,
        value,
        unit: '1',
        prefix: `${subject} was restarted`,
        suffix: ` ${value === 1 ? 'time' : 'times'} ${since}`,
      };
    }),
});
