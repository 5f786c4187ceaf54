// The few files of /proc and /sys that tell how a machine is doing.

export function parseLoadavg(text: string): { load_1: number; load_5: number; load_15: number } {
  const match = /^(\d+\.\d+) (\d+\.\d+) (\d+\.\d+) /.exec(text);
  if (!match) throw new Error(`/proc/loadavg is not three numbers: ${JSON.stringify(text.slice(0, 80))}`);
  return { load_1: Number(match[1]), load_5: Number(match[2]), load_15: Number(match[3]) };
}

/** Bytes by name. Kilobytes in the file, whatever the page size. */
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

/** The kernel's count of processes it killed for memory since boot; undefined on kernels before 4.13. */
export function parseOomKills(vmstat: string): number | undefined {
  const line = vmstat.split('\n').find((text) => /^oom_kill\b/.test(text));
  if (line === undefined && /^nr_free_pages \d+$/m.test(vmstat)) return undefined;
  const match = /^oom_kill (\d+)$/.exec(line ?? '');
  if (!match)
    throw new Error(
      `/proc/vmstat does not tell of kills: ${JSON.stringify((line === undefined ? vmstat : vmstat.slice(vmstat.indexOf(line))).slice(0, 80))}`,
    );
  return Number(match[1]);
}

/** `0-3,8` → 5: how many CPUs are online. */
export function parseCpuList(text: string): number {
  let count = 0;
  for (const part of text.trim().split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (!match || Number(match[2] ?? match[1]) < Number(match[1]))
      throw new Error(`the list of CPUs that are online is not one: ${JSON.stringify(text.slice(0, 80))}`);
    count += Number(match[2] ?? match[1]) - Number(match[1]) + 1;
  }
  return count;
}

/** Of /proc/PID/stat: what it is doing (`Z` has ended), and when it was started, in ticks since the boot. */
export function parseProcessStat(text: string): { state: string | undefined; started: string | undefined } {
  // Behind the name, in which anything may stand.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { state: fields[0], started: fields[19] };
}
