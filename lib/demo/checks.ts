// Output of programs of the site: a Nagios plugin, textfiles for Prometheus, nvidia-smi, and the measurements of watch-services.
import type { Completed } from '../contract/host.ts';
import { shellQuote } from '../core/harmless.ts';
import { type Latest, layoutVersion } from '../watchdog/files.ts';
import { ingestService, type TextfileName } from './layout.ts';
import { backupAt, gpuAt, ingestAt, minute, raidAt, transfersAt } from './scenario.ts';

export function transfersPlugin(at: number): Completed {
  const waiting = transfersAt(at);
  const [word, exit_code] = waiting > 200 ? ['CRITICAL', 2] : ['OK', 0];
  return { exit_code, stdout: `TRANSFERS ${word} - ${waiting} files wait | waiting=${waiting};50;200;0\n`, stderr: '' };
}

/** A program that does the same at one instant. */
export function transfersScript(at: number): string {
  const { stdout, exit_code } = transfersPlugin(at);
  return `printf '%s' ${shellQuote(stdout)}; exit ${exit_code}\n`;
}

/** A textfile as its job writes it; its times are `shift` milliseconds later than in the scenario. */
export function textfileText(name: TextfileName, at: number, shift: number): string {
  if (name === 'backup')
    return `backup_last_success_timestamp_seconds{job="products"} ${(backupAt(at) + shift) / 1000}\n`;
  const { active, failed } = raidAt(at);
  return `node_md_disks{device="md0",state="active"} ${active}\nnode_md_disks{device="md0",state="failed"} ${failed}\n`;
}

/** One row with the cells that were asked for. */
export function nvidiaSmi(argv: readonly string[], at: number): Completed {
  const { celsius, watts, usedPercent, usedMebibytes } = gpuAt(at);
  const cells: Readonly<Record<string, string | number>> = {
    index: 0,
    'pci.bus_id': '00000000:3B:00.0',
    name: 'NVIDIA L40S',
    uuid: 'GPU-7b1c8a90-55d2-4c1e-9d1f-0a4f6e2b3c11',
    driver_version: '580.95.05',
    'utilization.gpu': usedPercent,
    'memory.used': usedMebibytes,
    'memory.total': 46_068,
    'temperature.gpu': celsius,
    'power.draw': watts.toFixed(2),
    'power.limit': '350.00',
    'clocks_throttle_reasons.active': '0x0000000000000001',
    'ecc.errors.uncorrected.volatile.total': 0,
    'ecc.errors.uncorrected.aggregate.total': 0,
    'remapped_rows.pending': 'No',
    'remapped_rows.failure': 'No',
    persistence_mode: 'Enabled',
    gpu_recovery_action: 'None',
  };
  const asked = (argv[1] ?? '').replace('--query-gpu=', '').split(',');
  return { exit_code: 0, stdout: `${asked.map((field) => cells[field] ?? '[N/A]').join(', ')}\n`, stderr: '' };
}

/** The default of `hold`. */
const holdMs = 5 * minute;

/** The file in which watch-services leaves what it measured, every 30 s. */
export function measurementText(at: number): string {
  const { stoppedAt, cpuPercent, residentBytes } = ingestAt(at);
  const measured = new Date(Math.floor(at / (minute / 2)) * (minute / 2)).toISOString();
  const reason = 'inactive (dead)';
  const since = new Date(stoppedAt ?? at).toISOString();
  const alert = {
    schema_version: layoutVersion,
    service: ingestService,
    measure: 'running',
    message: `${ingestService} does not run: ${reason}`,
    value: 'stopped',
    worst: 'stopped',
    unit: '',
    limit: { value: 'running', key: `watchdog.services.${ingestService}` },
    since,
    began_at: new Date((stoppedAt ?? at) + holdMs).toISOString(),
  } as const;
  const latest: Latest = {
    schema_version: layoutVersion,
    at: measured,
    services: {
      [ingestService]:
        stoppedAt === undefined
          ? {
              state: 'running',
              pids: [911],
              processes: 3,
              threads: 14,
              cpu_percent: cpuPercent,
              resident_bytes: residentBytes,
              open_files: 41,
              open_files_percent: 4,
              unread: {},
            }
          : { state: 'stopped', reason, pids: [], unread: {} },
    },
    network: {},
    alerts: stoppedAt === undefined || at < stoppedAt + holdMs ? [] : [alert],
  };
  return JSON.stringify(latest);
}
