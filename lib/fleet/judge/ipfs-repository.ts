import { formatBytes } from '../../core/quantity.ts';
import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const ipfsRepository = defineJudgement({
  name: 'ipfs-repository',
  summary: 'the repository of kubo of a node fills up',
  subsystem: 'ipfs',
  severities: ['critical', 'warning'],
  advice: 'Collect garbage (ipfs repo gc), unpin what nobody needs, or raise Datastore.StorageMax.',
  needs: ['ipfs'],
  limits: {
    key: 'ipfs-repository',
    side: 'above',
    amber: ['percent', '90%', 'more of the repository in use than this is a warning'],
    red: ['percent', '95%', 'more of the repository in use than this is critical'],
  },
  assess: ({ ipfs }) =>
    measureNodes(ipfs, 'percent', ({ repo_use_pct: value, repo_size_bytes: size, repo_max_bytes: most }, node) => ({
      value,
      prefix: `the repository of kubo of ${node} is`,
      suffix: ' full',
      ...(size === undefined || most === undefined ? {} : { said: `${formatBytes(size)} of ${formatBytes(most)}` }),
    })),
});
