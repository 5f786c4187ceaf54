import { defineJudgement } from '../define.ts';
import { flagParts } from '../findings.ts';

export const namespaceRqlite = defineJudgement({
  name: 'namespace-rqlite',
  summary: 'rqlite of a namespace does not answer on a node',
  subsystem: 'namespace',
  severities: ['warning'],
  advice: 'See its unit (systemctl list-units "*@NAMESPACE*"; journalctl -u UNIT), and start it again.',
  needs: ['namespaces'],
  assess: ({ namespaces }) =>
    flagParts(
      namespaces,
      ({ namespaces: all }) => all,
      ({ rqlite_up: isGood }, name, node) => ({
        isGood,
        otherwise: 'amber',
        good: `rqlite of the namespace ${name} answers on ${node}`,
        bad: `rqlite of the namespace ${name} does not answer on ${node}`,
      }),
    ),
});
