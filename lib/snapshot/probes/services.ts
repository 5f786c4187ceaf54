// The units that somebody depends on, all in one `systemctl show`.
import { Absent } from '../../contract/errors.ts';
import { defineProbe } from '../../contract/probe.ts';
import { secondsSince } from '../../core/age.ts';
import { firstLine } from '../../core/text.ts';
import { parseShow, parseTimespan, parseTimestamp, type UnitProperties } from '../../parse/systemctl.ts';
import { parseUptime } from '../../parse/proc.ts';
import type { SnapshotConfig } from '../config.ts';
import { services as section } from '../sections/services.ts';

const properties = [
  'LoadState',
  'ActiveState',
  'SubState',
  'Result',
  'UnitFileState',
  'StateChangeTimestamp',
  'ConditionResult',
  'ConditionTimestamp',
  'Type',
  'NRestarts',
  'ExecMainStartTimestamp',
  'ExecMainStatus',
  'Unit',
  'LastTriggerUSec',
  'NextElapseUSecRealtime',
  'NextElapseUSecMonotonic',
];

export const services = defineProbe<typeof section.schema, SnapshotConfig>({
  name: 'services',
  summary: 'state, restarts and timers of systemd units',
  section,

  async read({ host: open, config, previous, bootId, at }) {
    const groups = groupsByUnit(config);
    const units = [...groups.keys()];
    if (units.length === 0) throw new Absent('none is configured');
    const host = open();
    const [shown, uptime] = await Promise.all([
      host.run(['systemctl', 'show', '--timestamp=unix', `--property=${properties.join(',')}`, '--', ...units]),
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
        describe(shownUnit, groups.get(unit) ?? [], { at, bootedAt, restartsBefore: earlier[unit]?.restarts }),
      ]),
    );
  },
});

/** What is configured by itself belongs to no group; a stream's units to `STREAM.ROLE`. */
function groupsByUnit(config: SnapshotConfig): Map<string, string[]> {
  const groups = new Map<string, string[]>(config.services.map((unit) => [unit, []]));
  for (const [stream, { units }] of Object.entries(config.streams)) {
    for (const [role, unit] of Object.entries(units))
      groups.set(unit, [...(groups.get(unit) ?? []), `${stream}.${role}`]);
  }
  return groups;
}

interface Then {
  readonly at: Date;
  readonly bootedAt: number;
  readonly restartsBefore: number | undefined;
}

function describe(unit: UnitProperties, groups: string[], { at, bootedAt, restartsBefore }: Then) {
  const text = (name: string): string => unit[name] ?? '';
  if (text('LoadState') === '' || text('ActiveState') === '')
    throw new Error('systemctl show left out the state of a unit');
  const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());
  const monotonic = parseTimespan(text('NextElapseUSecMonotonic'));
  // Of monotonic timers systemd tells the time since boot without any sleep, which /proc/uptime counts: after a suspend,
  // which a server does not do, such a timer looks late by it.
  const nextRun =
    parseTimestamp(text('NextElapseUSecRealtime')) ??
    (monotonic === undefined ? undefined : bootedAt + monotonic * 1000);
  const restarts = countOf(unit['NRestarts']);
  return withoutUndefined({
    groups,
    load_state: text('LoadState'),
    active_state: text('ActiveState'),
    sub_state: text('SubState'),
    result: text('Result'),
    enabled: text('UnitFileState'),
    since_at: iso(parseTimestamp(text('StateChangeTimestamp'))),
    type: unit['Type'] || undefined,
    restarts,
    // The count starts anew when somebody restarts the unit by hand: then all of it is recent.
    recent_restarts:
      restarts === undefined || restartsBefore === undefined
        ? undefined
        : restarts >= restartsBefore
          ? restarts - restartsBefore
          : restarts,
    exit_status: countOf(unit['ExecMainStatus']),
    last_start_at: iso(parseTimestamp(text('ExecMainStartTimestamp'))),
    // A unit that never tried to start says `no` as well.
    condition_met: text('ConditionTimestamp') === '' ? undefined : text('ConditionResult') === 'yes',
    triggers: unit['Unit'] || undefined,
    last_run_at: iso(parseTimestamp(text('LastTriggerUSec'))),
    next_run_at: iso(nextRun),
    overdue_seconds: nextRun === undefined ? undefined : Math.max(0, Math.round(secondsSince(new Date(nextRun), at))),
  });
}

/** An empty word is no number, and not 0. */
const countOf = (text: string | undefined): number | undefined =>
  text && /^\d+$/.test(text) ? Number(text) : undefined;

/** An absent fact is an absent key. */
function withoutUndefined<Fields extends Record<string, unknown>>(fields: Fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]: Exclude<Fields[Key], undefined>;
  };
}
