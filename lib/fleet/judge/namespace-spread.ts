import { firstLine } from '../../core/text.ts';
import { cluster, defineJudgement } from '../define.ts';
import { namesOf } from '../links.ts';

/** More than any fleet has: a report that lies does not flood the alerts. */
const most = 200;

export const namespaceSpread = defineJudgement({
  name: 'namespace-spread',
  summary: 'some nodes that have namespaces have one that others lack',
  subsystem: 'namespace',
  severities: ['info'],
  advice:
    'If the namespace belongs on all nodes: see whether its units are installed and enabled on those that lack it.',
  needs: ['namespaces'],
  assess: ({ namespaces }) => {
    const nodes = Object.entries(namespaces).flatMap(([node, { namespaces: all }]) =>
      all === undefined ? [] : [[node, new Set(all.map(({ name }) => firstLine(name, 100)))] as const],
    );
    const names = [...new Set(nodes.flatMap(([, own]) => [...own]))].slice(0, most);
    if (nodes.length < 2) return [];
    return names.map((name) => {
      const without = nodes.flatMap(([node, own]) => (own.has(name) ? [] : [node]));
      return {
        subject: `${cluster}/${name}`,
        level: without.length === 0 ? 'green' : 'amber',
        value: without.length,
        unit: '',
        limit: { value: 0, key: '' },
        message:
          without.length === 0
            ? `all nodes have the namespace ${name}`
            : `the namespace ${name} is not on ${namesOf(without)}`,
        evidence: Object.fromEntries(nodes.map(([node, own]) => [node, own.has(name) ? 'has it' : 'lacks it'])),
        clears_when: 'all nodes have it, or none',
      };
    });
  },
});
