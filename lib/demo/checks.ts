// Output of the site's own programs: a Nagios plugin, and textfiles for Prometheus.
import type { Completed } from '../contract/host.ts';
import { shellQuote } from '../core/harmless.ts';
import type { TextfileName } from './layout.ts';
import { backupAt, raidAt, transfersAt } from './scenario.ts';

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
