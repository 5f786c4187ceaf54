import { defineJudgement } from '../define.ts';

export const sectionMissing = defineJudgement({
  name: 'section-missing',
  summary: 'a node does not have a part that it must have, by its role (dns of a name server) or its `sections`',
  subsystem: 'report',
  severities: ['critical'],
  advice:
    'See whether the program was removed (systemctl list-unit-files; ops-monitor node-report --explain on the node). If it does not belong there any more, correct `sections` or `role` of the node in the configuration.',
  needs: ['nodes'],
  assess: ({ nodes }) =>
    Object.entries(nodes).flatMap(([node, { missing = {} }]) =>
      Object.entries(missing).map(([section, reason]) => ({
        subject: `${node}/${section}`,
        item: node,
        level: 'red' as const,
        value: 'absent',
        unit: '',
        limit: { value: 'present', key: '' },
        message: `${node} must have ${section}, and does not have it: ${reason}`,
        clears_when: `${node} has ${section} again`,
      })),
    ),
});
