// Measures the memory and the open files of the processes of a service. A value that cannot be read is absent, with its reason.
import type { Host } from '../contract/host.ts';
import { readingReason } from '../core/text.ts';
import { parseOpenFilesLimit, parseProportional, parseResident, type ProcessStat } from '../parse/proc.ts';
import { isRunning, readMemoryFile, unlessGone } from '../engine/processes.ts';

/** A service with more processes is measured by CPU time and threads only. */
const mostProcesses = 500;

export interface Measured {
  readonly processes: number;
  readonly threads: number;
  readonly resident_bytes?: number;
  readonly proportional_bytes?: number;
  readonly open_files?: number;
  /** The highest share of a process, in percent of its own limit. */
  readonly open_files_percent?: number;
  /** Measure → why it could not be read. */
  readonly unread: Readonly<Record<string, string>>;
}

export async function measureProcesses(host: Host, all: readonly ProcessStat[]): Promise<Measured> {
  const processes = all.filter(isRunning);
  const counted = { processes: processes.length, threads: processes.reduce((sum, { threads }) => sum + threads, 0) };
  if (processes.length > mostProcesses) {
    const reason = `the service has ${processes.length} processes; at most ${mostProcesses} are read`;
    return { ...counted, unread: { resident_bytes: reason, proportional_bytes: reason, open_files: reason } };
  }
  const unread: Record<string, string> = {};
  const readEach = async <Value>(
    name: string,
    read: (folder: string, isKernels: boolean) => Promise<Value>,
  ): Promise<Value[] | undefined> => {
    try {
      const values = await Promise.all(
        processes.map(({ pid, isKernels }) => unlessGone(() => read(`/proc/${pid}`, isKernels === true))),
      );
      const found = values.filter((value) => value !== undefined);
      if (found.length === 0 && processes.length > 0) throw new Error('its processes ended while they were read');
      return found;
    } catch (error) {
      unread[name] = readingReason(error);
      return undefined;
    }
  };
  const [resident, proportional, files] = await Promise.all([
    readEach('resident_bytes', async (folder, isKernels) => {
      const bytes = parseResident(await host.readText(`${folder}/status`));
      if (bytes !== undefined || isKernels) return bytes ?? 0;
      throw new Error('the main thread of a process has ended, and others go on: its memory is not told');
    }),
    readEach('proportional_bytes', async (folder) =>
      parseProportional(await readMemoryFile(host, `${folder}/smaps_rollup`)),
    ),
    readEach('open_files', async (folder) => ({
      open: (await host.list(`${folder}/fd`)).length,
      limit: parseOpenFilesLimit(await host.readText(`${folder}/limits`)),
    })),
  ]);
  return {
    ...counted,
    ...(resident ? { resident_bytes: sumOf(resident) } : {}),
    ...(proportional ? { proportional_bytes: sumOf(proportional) } : {}),
    ...(files
      ? {
          open_files: sumOf(files.map(({ open }) => open)),
          // A process whose limit is 0 has no share of it.
          ...(files.some(({ limit }) => limit === 0)
            ? {}
            : { open_files_percent: Math.max(0, ...files.map(({ open, limit }) => (open / limit) * 100)) }),
        }
      : {}),
    unread,
  };
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
