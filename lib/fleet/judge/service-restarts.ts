import { causes, defineJudgement } from '../define.ts';
import { flagParts } from '../findings.ts';

export const serviceRestarts = defineJudgement({
  name: 'service-restarts',
  summary: 'systemd restarts a unit of a node again and again',
  subsystem: 'service',
  severities: ['warning'],
  advice: 'See why it ends (journalctl -u UNIT); systemctl reset-failed UNIT counts anew once that is mended.',
  needs: ['services'],
  assess: ({ services }) =>
    flagParts(
      services,
      ({ services: units }) => units,
      ({ restart_loop_risk: isLoop, n_restarts: count }, unit, node) => ({
        isGood: !isLoop,
        otherwise: 'amber',
        good: `${unit} of ${node} is not restarted again and again`,
        bad: `${unit} of ${node} is restarted again and again${count === undefined ? '' : `, ${count} times so far`}`,
        because: causes.service(node, unit),
      }),
    ),
});
