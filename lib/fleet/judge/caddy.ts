import { defineJudgement } from '../define.ts';
import { flagNodes } from '../findings.ts';
import { stoppedUnit } from '../units.ts';

export const caddy = defineJudgement({
  name: 'caddy',
  summary: 'Caddy does not run (critical), or did not take its last configuration (warning)',
  subsystem: 'dns',
  severities: ['critical', 'warning'],
  advice: 'See its log (journalctl -u caddy), and check its configuration (caddy validate).',
  needs: ['dns', 'services'],
  assess: ({ dns, services }) =>
    flagNodes(dns, ({ caddy_active: runs, caddy_reload_ok: isReloaded }, node) => ({
      isGood: runs === undefined && isReloaded === undefined ? undefined : runs !== false && isReloaded !== false,
      otherwise: runs === false ? 'red' : 'amber',
      good: `Caddy of ${node} runs, with its last configuration`,
      bad: runs === false ? `Caddy of ${node} does not run` : `Caddy of ${node} did not take its last configuration`,
      because: stoppedUnit(services, node, 'caddy'),
    })),
});
