// Reads the state of the units that the configuration names, and which units have failed.
import { withoutUndefined } from '../../core/fields.ts';
import { parseUptime } from '../../parse/proc.ts';
import { parseCount, type UnitProperties } from '../../parse/systemctl.ts';
import { defineProbe, readParts } from '../define.ts';
import { propertiesOf, unitsOf } from '../find.ts';
import { services as section } from '../sections/services.ts';

const MiB = 1024 ** 2;

export const services = defineProbe({
  name: 'services',
  summary: 'state, restarts, memory and CPU time of units; units that have failed',
  section,

  async read({ host: open, config, previous, bootId, run }) {
    const host = open();
    const units = await unitsOf(host, run);
    const before = bootId !== '' && previous?.bootId === bootId ? (previous.data.services ?? []) : [];
    const restarts = new Map(before.map((one) => [one.name, one.n_restarts]));
    return readParts({
      services: async () => {
        const [shown, uptime] = await Promise.all([
          propertiesOf(host, run, config.node.services),
          host.readText('/proc/uptime').then(parseUptime),
        ]);
        const known = [...shown].filter(([, unit]) => unit['LoadState'] !== 'not-found');
        const unknown = config.node.services.filter((name) => shown.get(name)?.['LoadState'] === 'not-found');
        return {
          services: known.map(([name, unit]) => describe(name, unit, uptime, restarts.get(name))),
          ...(unknown.length === 0
            ? {}
            : { absences: Object.fromEntries(unknown.map((name) => [name, 'systemd knows no such unit'])) }),
        };
      },
      failed_units: async () => ({
        failed_units: units.flatMap(({ name, active }) => (active === 'failed' ? [name] : [])),
      }),
    });
  },
});

function describe(name: string, unit: UnitProperties, uptime: number, restartsBefore: number | undefined) {
  const restarts = parseCount(unit['NRestarts']);
  const since = parseCount(unit['ActiveEnterTimestampMonotonic']);
  const memory = parseCount(unit['MemoryCurrent']);
  const isActive = unit['ActiveState'] === 'active';
  const active = isActive && since !== undefined ? Math.max(0, Math.round(uptime - since / 1e6)) : undefined;
  // systemd counts restarts since the last start by hand, which may be long ago: a loop is one only with a restart lately.
  const isStarting = active === undefined ? unit['ActiveState'] === 'activating' : active < 300;
  const isLately = isStarting || (restartsBefore !== undefined && restarts !== restartsBefore);
  return withoutUndefined({
    name,
    active_state: unit['ActiveState'] ?? '',
    sub_state: unit['SubState'] ?? '',
    enabled: unit['UnitFileState'] || undefined,
    n_restarts: restarts,
    active_since_sec: active,
    memory_current_mb: memory === undefined ? undefined : Math.round(memory / MiB),
    cpu_usage_nsec: parseCount(unit['CPUUsageNSec']) === undefined ? undefined : unit['CPUUsageNSec'],
    main_pid: parseCount(unit['MainPID']) || undefined,
    restart_loop_risk: (restarts ?? 0) > 3 && isLately,
  });
}
