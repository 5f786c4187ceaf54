// The group workspace: whether it can be reached, and how full it is. That it cannot be reached is a reading, and a bad
// one; that nobody tells its usage is another.
import { Absent } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { defineProbe } from '../../contract/probe.ts';
import { ageOf } from '../../core/age.ts';
import { formatDuration } from '../../core/quantity.ts';
import { firstLine, reasonOf } from '../../core/text.ts';
import { parseUsage } from '../../parse/usage.ts';
import { withDeadline } from '../../engine/deadline.ts';
import type { SnapshotConfig } from '../config.ts';
import { lookAtFilesystem, mountTable } from '../filesystem.ts';
import { workspace as section } from '../sections/workspace.ts';

/** Shorter than the reading's own deadline, so that a hang is what was read, and not what kept us from reading. */
const patienceMs = 8000;

export const workspace = defineProbe<typeof section.schema, SnapshotConfig>({
  name: 'workspace',
  summary: 'whether the group workspace is reached, and how full it is',
  section,

  async read({ host: open, config, at }) {
    if (!config.workspace) throw new Absent('no workspace is configured');
    const { path, host: hostName = 'local', network, usage } = config.workspace;
    const host = open(hostName);
    const mounts = await mountTable(host);
    const look = async (): Promise<Space> => {
      const seen = await lookAtFilesystem(host, mounts, { path, network, alone: 'workspace' });
      // Its folder is there, but what should be mounted on it is not: the root's usage is not the workspace's.
      if (network && seen.mount.mount_point === '/') throw new Error(`nothing is mounted: ${seen.resolved} lies on /`);
      const { size_bytes, used_bytes, used_percent } = seen.space;
      return { size_bytes, used_bytes, used_percent };
    };
    const [reach, told] = await Promise.all([
      outcomeOf(`looking at ${path}`, look),
      usage ? outcomeOf('asking for the usage', () => usageToldBy(host, usage, at)) : undefined,
    ]);
    return {
      host: hostName,
      path,
      reached: reach.value !== undefined,
      ...(reach.value === undefined ? { problem: reach.problem } : {}),
      ...(told ? (told.value ?? { usage_problem: told.problem }) : reach.value),
    };
  },
});

interface Space {
  readonly size_bytes: number;
  readonly used_bytes: number;
  readonly used_percent: number;
  readonly usage_told_at?: string;
}

type Usage = NonNullable<NonNullable<SnapshotConfig['workspace']>['usage']>;

async function usageToldBy(host: Host, usage: Usage, at: Date): Promise<Space> {
  const { told_at, ...space } = 'command' in usage ? await usageByCommand(host, usage) : await usageInFile(host, usage);
  if (!told_at || !('file' in usage)) return space;
  const { seconds: age } = ageOf(told_at, at);
  if (age === undefined)
    throw new Error(`${usage.file} is from the future (${told_at.toISOString()}): a clock is wrong`);
  if (age > usage.stale)
    throw new Error(
      `${usage.file} is ${formatDuration(age)} old, and says nothing after ${formatDuration(usage.stale)}`,
    );
  return { ...space, usage_told_at: told_at.toISOString() };
}

async function usageByCommand(host: Host, { command }: Extract<Usage, { command: unknown }>) {
  const { exit_code, stdout, stderr } = await host.run(command, { alone: 'workspace-usage' });
  if (exit_code === 0) return parseUsage(stdout);
  throw new Error(`${command.join(' ')} failed: ${firstLine(stderr) || `exit ${exit_code}`}`);
}

/** A file that does not say when it was written was written when its folder says. */
async function usageInFile(host: Host, { file }: Extract<Usage, { file: unknown }>) {
  const told = parseUsage(await host.readText(file));
  return { ...told, told_at: told.told_at ?? new Date((await host.stat(file)).modified_at) };
}

type Outcome<Value> = { readonly value: Value } | { readonly value: undefined; readonly problem: string };

/** Absent goes on: an automount that nobody has opened is no reading at all. */
async function outcomeOf<Value>(what: string, ask: () => Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { value: await withDeadline(patienceMs, what, ask) };
  } catch (error) {
    if (error instanceof Absent) throw error;
    return { value: undefined, problem: reasonOf(error) };
  }
}
