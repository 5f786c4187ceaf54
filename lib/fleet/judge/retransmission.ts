import { defineJudgement } from '../define.ts';
import { measureNodes } from '../findings.ts';

export const retransmission = defineJudgement({
  name: 'retransmission',
  summary: 'a node sent many TCP segments again lately',
  subsystem: 'network',
  severities: ['warning'],
  advice:
    'Packets are lost: see the interface (ip -s link), the MTU of WireGuard, and whether a peer is gone (ss -ti).',
  needs: ['network', 'links'],
  limits: {
    key: 'retransmission',
    side: 'above',
    amber: ['percent', '5%', 'more of the TCP segments sent again than this is a warning'],
  },
  assess: ({ network, links }) =>
    measureNodes(network, 'percent', ({ tcp_retrans_pct: value }, node) => ({
      value,
      prefix: `TCP segments that ${node} sent again:`,
      because: links.cutCause,
    })),
});
