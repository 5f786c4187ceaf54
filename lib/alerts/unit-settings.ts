// The settings of mails that the unit of send-alerts reads and a shell does not.
import type { Outside } from '../contract/outside.ts';

const file = '/etc/ops-monitor/send-alerts.env';
/** Runs a command with the user, variables and credentials of the unit. */
export const asTheUnit = `systemd-run --quiet --pipe --wait -p User=ops-monitor -p EnvironmentFile=-${file} -p LoadCredential=smtp-password:ops-monitor.smtp-password`;

/** How to try the settings of the unit; undefined where there are none, or where this process has some of its own. */
export function hintAtUnit(outside: Outside, option: '--check' | '--test'): string | undefined {
  const hasOwn = Object.entries(outside.environment).some(([name, value]) => name.startsWith('OPS_ALERT_') && value);
  if (hasOwn || outside.realpath(file) === undefined) return undefined;
  return `${file} is read by the unit of send-alerts, not here; with it, as root: ${asTheUnit} ops-monitor send-alerts ${option}`;
}
