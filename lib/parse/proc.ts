// Parses the files of /proc and /sys that show a machine's load, memory, uptime, CPUs and processes.

export function parseLoadavg(text: string): { load_1: number; load_5: number; load_15: number } {
  const match = /^(\d+\.\d+) (\d+\.\d+) (\d+\.\d+) /.exec(text);
  if (!match) throw new Error(`/proc/loadavg is not three numbers: ${JSON.stringify(text.slice(0, 80))}`);
  return { load_1: Number(match[1]), load_5: Number(match[2]), load_15: Number(match[3]) };
}

/** Values in bytes. The file's unit is kB (1,024 bytes), whatever the page size. */
export function parseMeminfo(text: string): { total: number; available: number; swapTotal: number; swapFree: number } {
  const bytes = (name: string): number => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text);
    if (!match) throw new Error(`/proc/meminfo has no ${name}: ${JSON.stringify(text.slice(0, 80))}`);
    return Number(match[1]) * 1024;
  };
  return {
    total: bytes('MemTotal'),
    available: bytes('MemAvailable'),
    swapTotal: bytes('SwapTotal'),
    swapFree: bytes('SwapFree'),
  };
}

export function parseUptime(text: string): number {
  const match = /^(\d+\.\d+) /.exec(text);
  if (!match) throw new Error(`/proc/uptime is not a number of seconds: ${JSON.stringify(text.slice(0, 80))}`);
  return Number(match[1]);
}

/** Number of processes that the OOM killer has ended since boot; undefined on kernels before 4.13. */
export function parseOomKills(vmstat: string): number | undefined {
  const line = vmstat.split('\n').find((text) => /^oom_kill\b/.test(text));
  if (line === undefined && /^nr_free_pages \d+$/m.test(vmstat)) return undefined;
  const match = /^oom_kill (\d+)$/.exec(line ?? '');
  if (!match)
    throw new Error(
      `/proc/vmstat has no readable oom_kill count: ${JSON.stringify((line === undefined ? vmstat : vmstat.slice(vmstat.indexOf(line))).slice(0, 80))}`,
    );
  return Number(match[1]);
}

/** Counts the CPUs in a list such as `0-3,8` (5). */
export function parseCpuList(text: string): number {
  let count = 0;
  for (const part of text.trim().split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (!match || Number(match[2] ?? match[1]) < Number(match[1]))
      throw new Error(`/sys/devices/system/cpu/online is not a list of CPUs: ${JSON.stringify(text.slice(0, 80))}`);
    count += Number(match[2] ?? match[1]) - Number(match[1]) + 1;
  }
  return count;
}

/** From /proc/PID/stat: the state (`Z`: ended, a zombie), and the start time in clock ticks since boot. */
export function parseProcessStat(text: string): { state: string | undefined; started: string | undefined } {
  // The name in brackets may itself hold brackets and spaces, so the fields are counted from the last bracket.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], started: fields[19] };
}

export interface ProcessStat {
  readonly pid: number;
  /** Of the program: at most 15 characters, chosen by the program. */
  readonly name: string;
  readonly parent: number;
  readonly state: string;
  /** Clock ticks since boot. */
  readonly started: number;
  /** CPU time in clock ticks. */
  readonly own: number;
  /** CPU time of the ended children, and of theirs, that were waited for. */
  readonly reaped: number;
  readonly threads: number;
  /** A thread of the kernel: it has no memory and no command line of its own. */
  readonly isKernels?: true;
}

const kernelThreadFlag = 0x00_20_00_00;

/** Of the times in /proc, whatever the kernel's own clock. */
export const ticksPerSecond = 100;

export function parseProcess(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [parent, user, system, reapedUser, reapedSystem, threads, started] = [1, 11, 12, 13, 14, 17, 19].map((index) =>
    /^\d+$/.test(fields[index] ?? '') ? Number(fields[index]) : NaN,
  ) as [number, number, number, number, number, number, number];
  const stat = {
    pid: Number.parseInt(text, 10),
    name: text.slice(text.indexOf('(') + 1, text.lastIndexOf(')')),
    parent,
    state: fields[0] ?? '',
    started,
    own: user + system,
    reaped: reapedUser + reapedSystem,
    threads,
  };
  if (Object.values(stat).some((value) => Number.isNaN(value)))
    throw new Error(`/proc/PID/stat has another form: ${JSON.stringify(text.slice(0, 80))}`);
  return (Number(fields[6]) & kernelThreadFlag) === 0 ? stat : { ...stat, isKernels: true };
}

/** The real user id, from /proc/PID/status: of a setuid program that of the user who started it. */
export function parseUserId(status: string): number {
  const id = /^Uid:\t(\d+)\t/m.exec(status)?.[1];
  if (id === undefined) throw new Error('/proc/PID/status has no user id');
  return Number(id);
}

/** Resident memory in bytes, from /proc/PID/status; a kernel thread has none. */
export function parseResident(status: string): number | undefined {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

/** Proportional memory in bytes: of memory that processes share, each has its share. From /proc/PID/smaps_rollup. */
export function parseProportional(smaps: string): number {
  const kib = /^Pss:\s+(\d+) kB$/m.exec(smaps)?.[1];
  if (kib === undefined) throw new Error(`/proc/PID/smaps_rollup has no Pss: ${JSON.stringify(smaps.slice(0, 80))}`);
  return Number(kib) * 1024;
}

/** The soft limit of open files, from /proc/PID/limits; Infinity where there is none. */
export function parseOpenFilesLimit(limits: string): number {
  const soft = /^Max open files\s+(\d+|unlimited)\s/m.exec(limits)?.[1];
  if (soft === undefined)
    throw new Error(`/proc/PID/limits has no limit of open files: ${JSON.stringify(limits.slice(0, 80))}`);
  return soft === 'unlimited' ? Infinity : Number(soft);
}

/** Bytes since boot by interface, from /proc/net/dev. */
export function parseNetDev(text: string): Map<string, { received: number; sent: number }> {
  const found = new Map<string, { received: number; sent: number }>();
  for (const line of text.split('\n').slice(2)) {
    const colon = line.lastIndexOf(':');
    const counters = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/);
    const [received, sent] = [Number(counters[0]), Number(counters[8])];
    if (line.trim() === '') continue;
    if (colon < 0 || Number.isNaN(received) || Number.isNaN(sent))
      throw new Error(`/proc/net/dev has a line of another form: ${JSON.stringify(line.slice(0, 80))}`);
    found.set(line.slice(0, colon).trim(), { received, sent });
  }
  return found;
}

/** Seconds of CPU time of a cgroup, those of its ended processes included, from cpu.stat. */
export function parseCgroupCpu(text: string): number {
  const microseconds = /^usage_usec (\d+)$/m.exec(text)?.[1];
  if (microseconds === undefined) throw new Error(`cpu.stat has no usage_usec: ${JSON.stringify(text.slice(0, 80))}`);
  return Number(microseconds) / 1e6;
}
