// Reads the state of all configured units with one `systemctl show`.
import { Absent } from '../../contract/errors.ts';
import { secondsSince } from '../../core/age.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { firstLine, reasonOf } from '../../core/text.ts';
import { parseCount, parseShow, parseTimespan, parseTimestamp, type UnitProperties } from '../../parse/systemctl.ts';
import { parseUptime } from '../../parse/proc.ts';
import type { SnapshotConfig } from '../config.ts';
import { defineProbe } from '../define.ts';
import { services as section } from '../sections/services.ts';

const properties =
  'LoadState,ActiveState,SubState,Result,UnitFileState,StateChangeTimestamp,ConditionResult,ConditionTimestamp,Type,' +
  'NRestarts,ExecMainStartTimestamp,ExecMainStatus,Unit,LastTriggerUSec,NextElapseUSecRealtime,NextElapseUSecMonotonic';

export const services = defineProbe({
  name: 'services',
  summary: 'state, restarts and timers of systemd units',
  section,

  async read({ host: open, config, previous, bootId, at }) {
    const groups = groupsByUnit(config);
    const units = [...groups.keys()];
    if (units.length === 0) throw new Absent('none is configured');
    const host = open();
    const [shown, uptime] = await Promise.all([
      host.run(['systemctl', 'show', '--timestamp=unix', `--property=${properties}`, '--', ...units]),
      host.readText('/proc/uptime').then(parseUptime),
    ]);
    if (shown.exit_code !== 0) {
      throw new Error(
        `systemctl show of ${units.length} units failed: ${firstLine(shown.stderr) || `exit ${shown.exit_code}`}`,
      );
    }
    const bootedAt = at.getTime() - uptime * 1000;
    const earlier = previous?.bootId === bootId && bootId !== '' ? previous.data : {};
    return Object.fromEntries(
      [...parseShow(shown.stdout, units)].map(([unit, shownUnit]) => [
        unit,
        describeUnit(shownUnit, groups.get(unit) ?? [], { at, bootedAt, restartsBefore: earlier[unit]?.restarts }),
      ]),
    );
  },
});

/** A unit under `services` belongs to no group; a stream's unit belongs to the group `STREAM.ROLE`. */
function groupsByUnit(config: SnapshotConfig): Map<string, string[]> {
  const groups = new Map<string, string[]>(config.services.map((unit) => [unit, []]));
  for (const [stream, { units }] of Object.entries(config.streams)) {
    for (const [role, unit] of Object.entries(units))
      groups.set(unit, [...(groups.get(unit) ?? []), `${stream}.${role}`]);
  }
  return groups;
}

function describeUnit(
  unit: UnitProperties,
  groups: string[],
  { at, bootedAt, restartsBefore }: { at: Date; bootedAt: number; restartsBefore: number | undefined },
) {
  const text = (name: string): string => unit[name] ?? '';
  if (text('LoadState') === '' || text('ActiveState') === '')
    throw new Error('systemctl show left out the state of a unit');
  let problem: string | undefined;
  /** One unreadable time leaves the other units, and the other values of this unit, as they are. */
  const read = (name: string, parse: (value: string) => number | undefined): number | undefined => {
    try {
      return parse(text(name));
    } catch (error) {
      problem ??= `${name}: ${reasonOf(error)}`;
      return undefined;
    }
  };
  const timeIn = (name: string): number | undefined => read(name, parseTimestamp);
  const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
  const monotonic = read('NextElapseUSecMonotonic', parseTimespan);
  // For monotonic timers systemd prints the time since boot without suspended time, which /proc/uptime includes: after
  // a suspend (rare on a server) such a timer looks overdue by the length of the suspend.
  const nextRun =
    timeIn('NextElapseUSecRealtime') ?? (monotonic === undefined ? undefined : bootedAt + monotonic * 1000);
  const restarts = parseCount(unit['NRestarts']);
  const described = withoutUndefined({
    groups,
    load_state: text('LoadState'),
    active_state: text('ActiveState'),
    sub_state: text('SubState'),
    result: text('Result'),
    enabled: text('UnitFileState'),
    since_at: iso(timeIn('StateChangeTimestamp')),
    type: unit['Type'] || undefined,
    restarts,
    // systemd resets the counter when the unit is restarted by hand: then all restarts since are recent.
    recent_restarts:
      restarts === undefined || restartsBefore === undefined
        ? undefined
        : restarts >= restartsBefore
          ? restarts - restartsBefore
          : restarts,
    exit_status: parseCount(unit['ExecMainStatus']),
    last_start_at: iso(timeIn('ExecMainStartTimestamp')),
    // ConditionResult is `no` also for a unit that was never started.
    condition_met: text('ConditionTimestamp') === '' ? undefined : text('ConditionResult') === 'yes',
    triggers: unit['Unit'] || undefined,
    last_run_at: iso(timeIn('LastTriggerUSec')),
    next_run_at: iso(nextRun),
    overdue_seconds: nextRun === undefined ? undefined : Math.max(0, Math.round(secondsSince(new Date(nextRun), at))),
  });
  return problem === undefined ? described : { ...described, problem };
}

/** An empty property gives undefined, not 0. */
