// Says in words when an observation is mailed: from which level or limit on, after which hold, by which rule. For explain.
import type { Observation } from '../contract/observation.ts';
import { formatBound, formatLimit } from '../core/quantity.ts';
import type { AlertsConfig } from './config.ts';
import { policyNamed } from './policies.ts';
import { handlingOf, ownLimit } from './sightings.ts';

/** `alert`: the name of the observation's alert, `rule:subject`. */
export function mailedWhen({ unit, level }: Observation, alert: string, config: AlertsConfig): string {
  const [rule = ''] = alert.split(':', 1);
  const subject = alert.slice(rule.length + 1);
  const policy = policyNamed(rule);
  if (!policy) return 'never: no rule covers it';
  const { hold, to } = handlingOf(config, rule, subject);
  const { alertmanager } = config.alerts;
  if (to.length === 0 && !alertmanager)
    return `never: the rule ${rule} has no recipient (alerts.to, or its own \`to\`)`;
  const { limit } = policy;
  const own = limit && ownLimit(rule, limit, subject, config);
  const bounds = own ? [`${own.side} ${formatBound(own.red.value, unit)} (${own.red.key})`] : [];
  const held = hold > 0 ? ` for ${formatLimit(hold)}` : '';
  const only =
    to.length === 0 ? ', by Alertmanager only: the rule has no recipient of its own' : ', also by Alertmanager';
  const when = `when ${[...bounds, ...policy.levels].join(' or ')}${held}, by the rule ${rule}${alertmanager ? only : ''}`;
  const isLeftOut = level !== 'green' && !own && !policy.levels.includes(level);
  return isLeftOut ? `not while it is ${level}; ${when}` : when;
}
