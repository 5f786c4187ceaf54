import { instant, quantity, words } from '../../contract/fields.ts';
import { defineSection } from '../../contract/section.ts';
import { described, object, oneOf, optional, recordOf, scalar, string } from '../../contract/shape.ts';
import { formatBytes, formatDuration, formatMeasure } from '../../core/quantity.ts';
import type { SnapshotConfig } from '../config.ts';

export const watchdog = defineSection({
  many: true,
  source: 'monitoring/watchdog/latest.json, which watch-services writes (try: ops-monitor watch-services --dry-run)',
  noun: 'service of the watchdog',
  subjects: ({ watchdog: own }: SnapshotConfig) =>
    Object.keys(own.services).map((name) => ({ name, path: ['watchdog', 'services', name] })),
  schema: object({
    measured_at: instant('when watch-services measured the service'),
    age_seconds: quantity('s', 'age of the measurement'),
    state: described(oneOf(['running', 'stopped', 'unknown']), { long_name: 'state of the service' }),
    reason: optional(words('why the service does not run, or why that is not known')),
    processes: optional(quantity('1', 'processes of the service')),
    threads: optional(quantity('1', 'threads of the service')),
    /** Not as a percentage: a service may use several processors. */
    processors: optional(quantity('1', 'processors that the service uses')),
    resident_bytes: optional(quantity('byte', 'resident memory of the service')),
    proportional_bytes: optional(quantity('byte', 'memory of the service, its share of shared memory (PSS)')),
    open_files: optional(quantity('1', 'open files of the service')),
    open_files_percent: optional(quantity('percent', 'open files of a process, of its own limit')),
    restarts: optional(quantity('1', 'how often the service was restarted')),
    /** By what is measured: `running`, `memory`. */
    alerts: recordOf(
      object({
        message: words('what the alert says'),
        value: scalar,
        unit: string,
        limit: object({ value: scalar, key: string }),
        since: instant('when the limit was first crossed'),
      }),
    ),
    unjudged: optional(described(recordOf(string), { long_name: 'limits that could not be judged, and why' })),
  }),
  group: 'services',
  panels: [
    { title: 'Watched services', levelsOf: 'watchdog-alert' },
    { title: 'Processors that watched services use', field: 'processors' },
    { title: 'Memory of watched services', field: 'resident_bytes' },
  ],
  table: {
    title: 'Watched services',
    columns: ['service', 'state', 'processors', 'memory', 'open files', 'threads', 'restarts', 'measured', 'alerts'],
    rows: (reading, name) => {
      const { proportional_bytes, resident_bytes, age_seconds, alerts, reason } = reading;
      const memory = proportional_bytes ?? resident_bytes;
      return [
        [
          name,
          reason === undefined ? reading.state : `${reading.state}: ${reason}`,
          reading.processors === undefined ? '' : formatMeasure(reading.processors, '1'),
          memory === undefined ? '' : formatBytes(memory),
          countOf(reading.open_files),
          countOf(reading.threads),
          countOf(reading.restarts),
          `${formatDuration(age_seconds)} ago`,
          Object.values(alerts)
            .map(({ message }) => message)
            .join('; '),
        ],
      ];
    },
  },
});

const countOf = (value: number | undefined): string => (value === undefined ? '' : String(value));
