import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const ipfsClusterErrors = defineJudgement({
  name: 'ipfs-cluster-errors',
  summary: 'members of ipfs-cluster report errors to a node',
  subsystem: 'ipfs',
  severities: ['warning'],
  advice: 'See which (ipfs-cluster-ctl peers ls; ipfs-cluster-ctl health alerts).',
  needs: ['ipfs', 'links'],
  limits: {
    key: 'ipfs-cluster-errors',
    side: 'above',
    amber: ['count', 0, 'more members of ipfs-cluster with an error than this are a warning'],
  },
  assess: ({ ipfs, links }) =>
    measureNodes(ipfs, '', ({ cluster_errors: value }, node) => ({
      value,
      prefix: `members of ipfs-cluster with an error, as ${node} sees them:`,
      because: links.cutCause,
    })),
});
