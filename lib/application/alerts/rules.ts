// Rules: functions that look at values and say which alerts there are now.
import type { NewAlert } from './alert.ts';

/** Returns the alerts that are due by these values. An alert that the rule returned before and returns no more is resolved. */
export type Rule<Values> = (values: Values) => NewAlert | readonly NewAlert[] | undefined;

/** More than a share of the requests fails. Two rules as examples for your own: this and `devicesOfflineRule`. */
export const errorRateRule = (most = 0.05): Rule<{ readonly errorRate: number }> =>
  function errorRateAbove({ errorRate }) {
    mustBeNumber('errorRate', errorRate);
    return errorRate > most
      ? {
          name: 'HighErrorRate',
          severity: 'warning',
          message: `${percent(errorRate)} of the requests fail, more than ${percent(most)}`,
        }
      : undefined;
  };

export const devicesOfflineRule = (most = 2): Rule<{ readonly devicesOffline: number }> =>
  function devicesOfflineAbove({ devicesOffline }) {
    mustBeNumber('devicesOffline', devicesOffline);
    return devicesOffline > most
      ? {
          name: 'DevicesOffline',
          severity: 'critical',
          message: `${devicesOffline} devices are offline, more than ${most}`,
        }
      : undefined;
  };

/** A value that is missing is no good news: a rule that throws leaves its alerts as they are. */
function mustBeNumber(name: string, value: number): void {
  if (!Number.isFinite(value)) throw new TypeError(`${name} is ${value}`);
}

const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`;
