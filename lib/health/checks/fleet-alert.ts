import type { Verdict } from '../../contract/check.ts';
import { worst } from '../../core/level.ts';
import { counted, listed } from '../../core/text.ts';
import { clockMinute } from '../../core/time.ts';
import type { Readable } from '../../snapshot/sections/index.ts';
import { defineCheck } from '../define.ts';

export const fleetAlert = defineCheck({
  name: 'fleet-alert',
  summary: 'a node of the fleet does not report, or has an alert, or an environment as a whole has one',
  needs: ['fleet'],
  assess: ({ fleet }) => Object.entries(fleet).flatMap(([item, read]) => judgeItem(item, read)),
});

type Item = Readable['fleet'][string];
type Alert = Item['alerts'][string];
type Earlier = NonNullable<Item['earlier']>[string];

/** Alerts of a node, or of an environment, that have an observation each. Those of before have as many. */
const mostAlerts = 20;
const mostTold = 3;

/** An observation of the node itself, which says whether it reports, and one of each alert. So each alert begins, is mailed, is
 * acknowledged and ends by itself. */
function judgeItem(item: string, read: Item): Verdict[] {
  const { alerts, earlier = {} } = read;
  const own = Object.entries(alerts).filter(([id]) => !isOfReach(id));
  const before = Object.entries(earlier).filter(([id]) => !isOfReach(id));
  const [first, others] = [own.slice(0, mostAlerts), own.slice(mostAlerts)];
  return [
    read.reached === undefined ? judgeEnvironment(item, read) : judgeNode(item, read),
    ...first.map(([id, alert]) => judgeAlert(item, id, alert)),
    ...before.map(([id, alert]) => judgeEarlier(item, id, alert)),
    ...(others.length === 0
      ? []
      : [
          judgeOthers(
            item,
            others.map(([, alert]) => alert),
          ),
        ]),
  ];
}

/** Whether a node reports is told by the observation of the node itself. */
const isOfReach = (id: string): boolean => id.startsWith('node-reached:');

function judgeNode(item: string, { reached = false, alerts }: Item): Verdict {
  const [, alert] = Object.entries(alerts).find(([id]) => isOfReach(id)) ?? [];
  return {
    subject: item,
    // Of a node that did not report nothing is known, whatever else is said of it.
    level: reached ? 'green' : alert ? levelOf(alert) : 'unknown',
    value: reached ? 'reports' : 'does not report',
    unit: '',
    limit: { value: 'reports', key: '' },
    message: reached ? `${item} reports` : `${item}: ${alert?.message ?? 'it does not report'}`,
    since: alert?.since,
    clears_when: 'it sends its report',
  };
}

function judgeEnvironment(item: string, { nodes = 0, nodes_reached = 0 }: Item): Verdict {
  return {
    subject: item,
    level: nodes_reached > 0 ? 'green' : 'unknown',
    value: nodes_reached,
    unit: '1',
    limit: { value: 1, key: '' },
    message: `${item}: ${nodes_reached} of ${nodes} nodes report`,
    clears_when: 'a node reports',
  };
}

function judgeAlert(item: string, id: string, alert: Alert): Verdict {
  const { severity, message, value, unit = '', limit, since } = alert;
  // Most alerts are about no number: the unit is well, or it is not.
  const isNumber = typeof value === 'number' && limit !== undefined;
  return {
    subject: `${item}:${id}`,
    item,
    isPassing: true,
    level: levelOf(alert),
    ...(isNumber ? { value, unit, limit } : { value: severity, unit: '', limit: { value: 'no alert', key: '' } }),
    message: `${item}: ${message}`,
    since,
    clears_when: `fleet-snapshot does not find ${id} any more`,
  };
}

/** An alert that was there before: it is over, or unknown, or goes on as a consequence of another one. */
function judgeEarlier(item: string, id: string, alert: Earlier): Verdict {
  const { level, message, ended_at } = alert;
  const judged = judgeAlert(item, id, alert);
  if (level === 'unknown')
    return { ...judged, level, value: null, message: `${item}: not known whether it is still so: ${message}` };
  if (ended_at === undefined) return judged;
  return { ...judged, value: null, message: `${item}: over since ${clockMinute(new Date(ended_at))}: ${message}` };
}

/** Notes are told, and are no fault. */
const levelOf = ({ severity, level }: Alert) => (severity === 'info' ? 'green' : level);

function judgeOthers(item: string, others: readonly Alert[]): Verdict {
  const level = worst(others.map(levelOf));
  const told = others.filter((alert) => levelOf(alert) === level).map(({ message }) => message);
  return {
    subject: `${item}:others`,
    item,
    isPassing: true,
    level,
    value: others.length,
    unit: '1',
    limit: { value: mostAlerts, key: '' },
    message: `${item}: ${counted(others.length, 'more alert')}: ${listed(told, mostTold)}`,
    clears_when: `it has at most ${mostAlerts} alerts`,
  };
}
