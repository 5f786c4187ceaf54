import { defineJudgement } from '../define.ts';
import { flagged } from '../findings.ts';

export const ipfsBootstrap = defineJudgement({
  name: 'ipfs-bootstrap',
  summary: 'kubo of a private network has a bootstrap list',
  subsystem: 'ipfs',
  severities: ['warning'],
  advice: 'If the list has peers of the public network: ipfs bootstrap rm --all.',
  needs: ['ipfs'],
  assess: ({ ipfs }) =>
    Object.entries(ipfs).flatMap(([node, { has_swarm_key: isPrivate, bootstrap_empty: isEmpty }]) =>
      flagged(node, node, {
        isGood: isPrivate === true ? isEmpty : undefined,
        otherwise: 'amber',
        good: `the bootstrap list of kubo of ${node} is empty`,
        bad: `kubo of ${node} has a swarm key, and a bootstrap list that is not empty`,
      }),
    ),
});
