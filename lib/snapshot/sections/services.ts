import { flag, instant, names, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { object, optional, recordOf } from '../../contract/shape.ts';
import { clockMinute } from '../../core/time.ts';
import type { SnapshotConfig } from '../config.ts';

export const services = defineSection({
  many: false,
  source: 'one `systemctl show` for all units (try: systemctl status UNIT; systemctl list-timers UNIT)',
  noun: 'unit',
  subjects: ({ services: own, streams }: SnapshotConfig) => {
    const units = [...own, ...Object.values(streams).flatMap((stream) => Object.values(stream.units))];
    return [...new Set(units)].map((name) => ({ name, path: ['services'] }));
  },
  schema: recordOf(
    object({
      groups: names('groups that the unit belongs to: `hatpro.sync`'),
      load_state: words('load state: whether systemd could read the unit'),
      active_state: words('active state'),
      sub_state: words('active state in detail'),
      result: words('result of the last run'),
      enabled: words('whether it is started by itself (unit file state)'),
      /** Of `.service` units only: */
      type: optional(words('service type')),
      restarts: optional(quantity('1', 'automatic restarts since it was last started by hand')),
      recent_restarts: optional(quantity('1', 'automatic restarts since the snapshot before')),
      exit_status: optional(quantity('1', 'exit status of the main process')),
      last_start_at: optional(instant('when the main process last started')),
      /** False when a Condition… of the unit prevented its start: it is then inactive on purpose. */
      condition_met: optional(flag('conditions of the unit were met')),
      since_at: optional(instant('when the state last changed')),
      /** Timers only. */
      triggers: optional(words('unit that the timer starts')),
      last_run_at: optional(instant('when the timer last elapsed')),
      next_run_at: optional(instant('when the timer elapses next')),
      problem: optional(words('which of its properties cannot be read')),
      overdue_seconds: optional(quantity('s', 'how long the next run of the timer is past')),
    }),
  ),
  group: 'services',
  panels: [
    { title: 'Services', levelsOf: 'service-state', inSummary: true },
    { title: 'Restarts since the snapshot before', field: 'recent_restarts', limits: { check: 'service-restarts' } },
  ],
  table: {
    title: 'Services',
    columns: ['unit', 'group', 'state', 'enabled', 'since', 'restarts', 'last run', 'next run'],
    rows: (units) =>
      Object.entries(units).map(([name, unit]) => [
        name,
        unit.groups.join(', '),
        unit.load_state === 'loaded' ? `${unit.active_state} (${unit.sub_state})` : unit.load_state,
        unit.enabled,
        unit.since_at ? clockMinute(new Date(unit.since_at)) : '',
        unit.restarts === undefined ? '' : String(unit.restarts),
        unit.last_run_at ? clockMinute(new Date(unit.last_run_at)) : '',
        unit.next_run_at ? clockMinute(new Date(unit.next_run_at)) : '',
      ]),
  },
});
