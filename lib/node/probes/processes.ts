// Reads the processes of the node: how many there are, which have ended without their parent asking about them, which have lost their
// parent, and what the log says of panics.
import { Absent } from '../../contract/errors.ts';
import { plainLines } from '../../core/harmless.ts';
import { isRunning, type Processes, readAllProcesses } from '../../engine/processes.ts';
import { parseUptime, type ProcessStat, ticksPerSecond } from '../../parse/proc.ts';
import { defineProbe, readParts } from '../define.ts';
import { isMainProcess, propertiesOf } from '../find.ts';
import { readJournal } from '../journal.ts';
import { processes as section } from '../sections/processes.ts';

/** A zombie counts after this time: a parent may take a moment to ask about a process that ended. */
const leastSeconds = 60;
const mostListed = 50;

export const processes = defineProbe({
  name: 'processes',
  summary: 'processes, those that ended without their parent asking, those that lost their parent, panics in the log',
  section,

  async read({ host: open, config, run }) {
    const host = open();
    const { processes: watched, services } = config.node;
    const both = Promise.all([readAllProcesses(host), host.readText('/proc/uptime').then(parseUptime)]);
    return readParts({
      processes: async () => {
        const [all, uptime] = await both;
        return {
          process_count: [...all.values()].filter(({ isKernels }) => !isKernels).length,
          ...describeZombies(all, uptime),
        };
      },
      orphans: async () => {
        if (watched.length === 0) throw new Absent('node.processes names none');
        const [all, uptime] = await both;
        const named = [...all.values()].filter(
          (one) => one.parent === 1 && isRunning(one) && watched.includes(one.name),
        );
        const areMain = await Promise.all(named.map(({ pid }) => isMainProcess(host, run, pid)));
        const orphans = named.filter((_one, index) => areMain[index] === false);
        return {
          orphan_count: orphans.length,
          orphans: orphans.slice(0, mostListed).map((one) => describe(one, uptime)),
        };
      },
      panics: async () => {
        const units = [...(await propertiesOf(host, run, services))].flatMap(([name, { LoadState: load }]) =>
          load === 'not-found' ? [] : [name],
        );
        if (units.length === 0) throw new Absent('no unit is watched');
        const lines = await readJournal(host, units, '-1h');
        return { panic_count: lines.filter((line) => panic.test(line)).length };
      },
    });
  },
});

/** Lines by which programs in Go, Rust and C say that they panicked. */
const panic =
  /^panic:|\bpanicked at\b|\bfatal error:|\blevel=(fatal|panic)\b|\[(FATAL|PANIC)\]|"level":"(fatal|panic)"/i;

function describeZombies(all: Processes, uptime: number) {
  const zombies = [...all.values()].filter(
    (process) => !isRunning(process) && uptime - process.started / ticksPerSecond >= leastSeconds,
  );
  return { zombie_count: zombies.length, zombies: zombies.slice(0, mostListed).map((one) => describe(one, uptime)) };
}

const describe = ({ pid, parent, name, state, started }: ProcessStat, uptime: number) => ({
  pid,
  ppid: parent,
  state,
  command: plainLines(name).trim(),
  age_seconds: Math.round(uptime - started / ticksPerSecond),
});
