// Reads the processes of the node: how many there are, and which have ended without their parent asking about them.
import { plainLines } from '../../core/harmless.ts';
import { isRunning, readAllProcesses } from '../../engine/processes.ts';
import { parseUptime, ticksPerSecond } from '../../parse/proc.ts';
import { defineProbe } from '../define.ts';
import { processes as section } from '../sections/processes.ts';

/** A parent may take a moment to ask. */
const leastSeconds = 60;
const mostListed = 50;

export const processes = defineProbe({
  name: 'processes',
  summary: 'processes, and those that ended without their parent asking',
  section,

  async read({ host: open }) {
    const host = open();
    const [all, uptime] = await Promise.all([readAllProcesses(host), host.readText('/proc/uptime').then(parseUptime)]);
    const zombies = [...all.values()].filter(
      (process) => !isRunning(process) && uptime - process.started / ticksPerSecond >= leastSeconds,
    );
    const listed = await Promise.all(
      zombies
        .slice(0, mostListed)
        .map(async ({ pid, parent, state, started }) => ({
          pid,
          ppid: parent,
          state,
          command: plainLines(await host.readText(`/proc/${pid}/comm`).catch(() => '')).trim(),
          age_seconds: Math.round(uptime - started / ticksPerSecond),
        })),
    );
    return {
      process_count: [...all.values()].filter(({ isKernels }) => !isKernels).length,
      zombie_count: zombies.length,
      zombies: listed,
    };
  },
});
