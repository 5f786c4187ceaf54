import type { Verdict } from '../../contract/check.ts';
import { worst } from '../../core/level.ts';
import { severities } from '../../core/severity.ts';
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

/** Alerts of each severity, of a node or of an environment, that have an observation each. Those of before have as many. The oldest come
 * first, and each severity has places of its own: an alert that begins takes no other alert’s place, whose observation would then be gone
 * as if it were over. */
const mostAlerts = 20;
const mostTold = 3;

/** An observation of the node itself, which says whether it reports, and one of each alert. So each alert begins, is mailed, is
 * acknowledged and ends by itself. */
function judgeItem(item: string, read: Item): Verdict[] {
  const { alerts, earlier = {} } = read;
  const own = Object.entries(alerts).filter(([id]) => !isOfReach(id));
  const before = Object.entries(earlier).filter(([id]) => !isOfReach(id));
  const others = severities.flatMap((one) =>
    own
      .filter(([, { severity }]) => severity === one)
      .toSorted(([, { since = '' }], [, { since: other = '' }]) => (since < other ? -1 : Number(since > other)))
      .slice(mostAlerts),
  );
  const first = own.filter((one) => !others.includes(one));
  return [
    read.reached === undefined ? judgeEnvironment(item, read) : judgeNode(item, read),
    ...first.map(([id, alert]) => judgeAlert(item, id, alert)),
    ...before.map(([id, alert]) => judgeEarlier(item, id, alert)),
    ...(own.length + before.length === 0
      ? []
      : [
          judgeOthers(
            item,
            others.map(([, alert]) => alert),
            before.filter(([, { level }]) => level === 'unknown').length >= mostAlerts,
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
    // Of a node that did not report nothing is known. So it is not green where it is expected not to report, either.
    level: reached ? 'green' : alert ? worst(['amber', levelOf(alert)]) : 'unknown',
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
  const { severity, message, value, unit = '', limit, clears_when, since } = alert;
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
    clears_when: clears_when ?? `fleet-snapshot does not find ${id} any more`,
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

/** A note is green, because a note is no fault. What could not be read is unknown, also where that is expected. */
const levelOf = ({ severity, level }: Alert) => (severity === 'info' && level !== 'unknown' ? 'green' : level);

/** There is one as long as there are alerts, so that it becomes green, and does not only vanish, when there are fewer. Where as many alerts
 * of before as are kept are unknown, there may have been more. */
function judgeOthers(item: string, others: readonly Alert[], mayBeMore: boolean): Verdict {
  const level = worst(['green', ...others.map(levelOf), ...(mayBeMore ? (['unknown'] as const) : [])]);
  const told = others.filter((alert) => levelOf(alert) === level).map(({ message }) => message);
  const words =
    told.length > 0
      ? `${counted(others.length, 'more alert')}: ${listed(told, mostTold)}`
      : mayBeMore
        ? 'not known whether there are more alerts'
        : 'no more alerts';
  return {
    subject: `${item}:others`,
    item,
    isPassing: true,
    level,
    value: others.length,
    unit: '1',
    limit: { value: mostAlerts, key: '' },
    message: `${item}: ${words}`,
    clears_when: `it has at most ${mostAlerts} alerts of each severity`,
  };
}
