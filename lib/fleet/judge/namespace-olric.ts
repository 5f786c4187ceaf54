import { defineJudgement } from '../define.ts';
import { flagged, partsOf } from '../findings.ts';

export const namespaceOlric = defineJudgement({
  name: 'namespace-olric',
  summary: 'Olric of a namespace does not answer on a node',
  subsystem: 'namespace',
  severities: ['warning'],
  advice: 'See its unit (systemctl list-units "*@NAMESPACE*"; journalctl -u UNIT), and start it again.',
  needs: ['namespaces'],
  assess: ({ namespaces }) =>
    Object.entries(namespaces).flatMap(([node, { namespaces: all }]) =>
      partsOf(all, ({ name }) => name).flatMap(([name, { olric_up: isGood }]) =>
        flagged(node, `${node}/${name}`, {
          isGood,
          otherwise: 'amber',
          good: `Olric of the namespace ${name} answers on ${node}`,
          bad: `Olric of the namespace ${name} does not answer on ${node}`,
        }),
      ),
    ),
});
