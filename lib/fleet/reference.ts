// Renders the reference page of the alerts from the judgements.
import type { CheckLimits } from '../contract/check.ts';
import type { AnyJudgement } from './define.ts';

export const renderAlerts = (judgements: readonly AnyJudgement[]): string =>
  `${[
    '# Alerts of a fleet',
    '',
    'Written by `npm run docs` from the judgements in `lib/fleet/judge`. The id of an alert is its name here and what it is about:',
    '`disk:NODE`, `service-state:NODE/UNIT`, `network-cut:cluster`. Limits stand under `fleet.limits` of the configuration',
    '([configuration.md](configuration.md)), for one node under `for.NODE`. How alerts are folded: [fleet.md](fleet.md#alerts).',
    '',
    '| alert | subsystem | severity | limit | raised when |',
    '| --- | --- | --- | --- | --- |',
    ...judgements.map(
      ({ name, subsystem, severities, limits, summary }) =>
        `| \`${name}\` | ${subsystem} | ${severities.join(', ')} | ${limits ? limitsIn(limits) : ''} | ${summary} |`,
    ),
  ].join('\n')}\n`;

const limitsIn = ({ key, side, amber, red }: CheckLimits): string =>
  Object.entries({ amber, red })
    .flatMap(([level, limit]) => (limit ? [`\`${key}.${level}\`: ${side} ${limit[1]}`] : []))
    .join(', ');
