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
