// Reads the state of the units that the configuration names, and which units have failed.
import { Absent, isMissing } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { withoutUndefined } from '../../core/fields.ts';
import { firstLine } from '../../core/text.ts';
import { parseUptime } from '../../parse/proc.ts';
import { parseShow, parseUnitNames, type UnitProperties } from '../../parse/systemctl.ts';
import { defineProbe, readParts } from '../define.ts';
import { services as section } from '../sections/services.ts';

const properties =
  'LoadState,ActiveState,SubState,UnitFileState,NRestarts,ActiveEnterTimestampMonotonic,MemoryCurrent,CPUUsageNSec,MainPID,ConditionTimestamp';

const MiB = 1024 ** 2;

export const services = defineProbe({
  name: 'services',
  summary: 'state, restarts, memory and CPU time of units; units that have failed',
  section,

  async read({ host: open, config, previous, bootId }) {
    const host = open();
    await host.stat('/run/systemd/system').catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      throw new Absent('this machine was not booted with systemd', { cause: error });
    });
    const { services: units } = config.node;
    const before = bootId !== '' && previous?.bootId === bootId ? (previous.data.services ?? []) : [];
    return readParts({
      services: async () => ({
        services: await readUnits(host, units, new Map(before.map((one) => [one.name, one.n_restarts]))),
      }),
      failed_units: async () => ({
        failed_units: parseUnitNames(
          await systemctl(host, 'list-units', '--state=failed', '--plain', '--full', '--no-pager'),
        ),
      }),
    });
  },
});

async function readUnits(host: Host, units: readonly string[], before: ReadonlyMap<string, number | undefined>) {
  if (units.length === 0) return [];
  const [shown, uptime] = await Promise.all([
    systemctl(host, 'show', '--timestamp=unix', `--property=${properties}`, '--', ...units),
    host.readText('/proc/uptime').then(parseUptime),
  ]);
  return [...parseShow(shown, units)].flatMap(([name, unit]) =>
    unit['LoadState'] === 'not-found' ? [] : [describe(name, unit, uptime, before.get(name))],
  );
}

function describe(name: string, unit: UnitProperties, uptime: number, restartsBefore: number | undefined) {
  const restarts = numberOf(unit['NRestarts']);
  const since = numberOf(unit['ActiveEnterTimestampMonotonic']);
  const memory = numberOf(unit['MemoryCurrent']);
  const isActive = unit['ActiveState'] === 'active';
  const active = isActive && since !== undefined ? Math.max(0, Math.round(uptime - since / 1e6)) : undefined;
  // systemd counts since the last start by hand: of old restarts only those since the report before say something.
  const isLately =
    restartsBefore === undefined ? active === undefined || active < 300 : (restarts ?? 0) !== restartsBefore;
  return withoutUndefined({
    name,
    active_state: unit['ActiveState'] ?? '',
    sub_state: unit['SubState'] ?? '',
    enabled: unit['UnitFileState'] || undefined,
    n_restarts: restarts,
    active_since_sec: active,
    memory_current_mb: memory === undefined ? undefined : Math.round(memory / MiB),
    cpu_usage_nsec: unset.has(unit['CPUUsageNSec'] ?? '') ? undefined : unit['CPUUsageNSec'],
    main_pid: numberOf(unit['MainPID']) || undefined,
    restart_loop_risk: (restarts ?? 0) > 3 && isLately,
  });
}

const unset = new Set(['', '[not set]', 'infinity', '18446744073709551615']);

const numberOf = (text = ''): number | undefined => (unset.has(text) || !/^\d+$/.test(text) ? undefined : Number(text));

async function systemctl(host: Host, ...argv: readonly string[]): Promise<string> {
  const { exit_code, stdout, stderr } = await host.run(['systemctl', ...argv]);
  if (exit_code === 0) return stdout;
  throw new Error(`systemctl ${argv[0]} failed: ${firstLine(stderr) || `exit code ${exit_code}`}`);
}
