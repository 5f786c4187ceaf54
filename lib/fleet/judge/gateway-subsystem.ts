import { firstLine } from '../../core/text.ts';
import { defineJudgement } from '../define.ts';
import { flagParts } from '../findings.ts';

/** As gateways say it. */
const well = new Set(['ok', 'healthy', 'up', 'pass', 'running', 'ready']);

export const gatewaySubsystem = defineJudgement({
  name: 'gateway-subsystem',
  summary: 'the gateway of a node says that a subsystem is not ok',
  subsystem: 'gateway',
  severities: ['warning'],
  advice: 'See the subsystem itself first; the gateway says only what it gets from it.',
  needs: ['gateway'],
  assess: ({ gateway }) =>
    flagParts(
      gateway,
      ({ subsystems = {} }) => Object.entries(subsystems).map(([name, one]) => ({ ...one, name })),
      ({ status, error = '' }, name, node) => ({
        isGood: status === undefined ? undefined : well.has(status.toLowerCase()),
        otherwise: 'amber',
        good: `the gateway of ${node} says that ${name} is ok`,
        bad: `the gateway of ${node} says that ${name} is ${firstLine(status ?? '', 60)}${error === '' ? '' : `: ${firstLine(error)}`}`,
      }),
    ),
});
