// Reads whether the group workspace can be reached, and how full it is. An unreachable workspace is a reading, not a
// failed reading; so is a usage that cannot be read.
import { Absent } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { ageOf } from '../../core/age.ts';
import { formatBeside, formatLimit } from '../../core/quantity.ts';
import { firstLine, readingReason } from '../../core/text.ts';
import { parseUsage } from '../../parse/usage.ts';
import { withDeadline } from '../../engine/deadline.ts';
import type { SnapshotConfig } from '../config.ts';
import { defineProbe } from '../define.ts';
import { readFilesystem } from '../filesystem.ts';
import { workspace as section } from '../sections/workspace.ts';

/** A command that says when its numbers were read: they may be as old as a usage file by default. */
const commandStaleSeconds = 26 * 3600;

/** Shorter than the probe's own deadline, so that a hang gives an unreachable workspace instead of a failed reading. */
const attemptMs = 8000;

export const workspace = defineProbe({
  name: 'workspace',
  summary: 'whether the group workspace is reached, and how full it is',
  section,

  async read({ host: open, config, at, previous }) {
    if (!config.workspace) throw new Absent('no workspace is configured');
    const { path, host: hostName = 'local', network, mount, usage } = config.workspace;
    const host = open(hostName);
    const before = previous?.data.path === path && previous.data.host === hostName ? previous.data : undefined;
    const mountBefore = before?.mount_point;
    const readSpace = async () => {
      const wanted = { path, network, mount, mountBefore, key: 'workspace.mount', alone: 'workspace' };
      const reading = await readFilesystem(host, wanted);
      const { size_bytes, used_bytes, used_percent } = reading.space;
      return { mount_point: reading.mount.mount_point, space: { size_bytes, used_bytes, used_percent } };
    };
    const [filesystem, quota] = await Promise.all([
      attempt(`looking at ${path}`, readSpace),
      usage ? attempt('asking for the usage', () => readReportedUsage(host, usage, at)) : undefined,
    ]);
    const mount_point = filesystem.value?.mount_point ?? mountBefore;
    return {
      host: hostName,
      path,
      reached: filesystem.value !== undefined,
      ...(mount_point === undefined ? {} : { mount_point }),
      ...(filesystem.value === undefined ? { problem: filesystem.problem } : {}),
      ...(quota ? (quota.value ?? { usage_problem: quota.problem }) : filesystem.value?.space),
    };
  },
});

type Usage = NonNullable<NonNullable<SnapshotConfig['workspace']>['usage']>;

async function readReportedUsage(host: Host, usage: Usage, at: Date) {
  const { told_at, ...space } = 'command' in usage ? await usageByCommand(host, usage) : await usageInFile(host, usage);
  if (!told_at) return space;
  const [what, stale] =
    'file' in usage ? [usage.file, usage.stale] : [`the answer of ${usage.command.join(' ')}`, commandStaleSeconds];
  const { seconds: age } = ageOf(told_at, at);
  if (age === undefined) throw new Error(`${what} is from the future (${told_at.toISOString()}): a clock is wrong`);
  if (age > stale)
    throw new Error(
      `${what} is ${formatBeside(age, stale, 's')} old; a usage older than ${formatLimit(stale)} is ignored`,
    );
  return { ...space, usage_told_at: told_at.toISOString() };
}

async function usageByCommand(host: Host, { command }: Extract<Usage, { command: unknown }>) {
  const { exit_code, stdout, stderr } = await host.run(command, { alone: 'workspace-usage' });
  if (exit_code === 0) return parseUsage(stdout);
  throw new Error(`${command.join(' ')} failed: ${firstLine(stderr) || `exit ${exit_code}`}`);
}

/** A file without `told_at` counts as written at its modification time. */
async function usageInFile(host: Host, { file }: Extract<Usage, { file: unknown }>) {
  const reported = parseUsage(await host.readText(file));
  return { ...reported, told_at: reported.told_at ?? new Date((await host.stat(file)).modified_at) };
}

type Attempt<Value> = { readonly value: Value } | { readonly value: undefined; readonly problem: string };

/** Turns an error into a problem, except Absent: an automount that is not mounted makes the section absent. */
async function attempt<Value>(what: string, ask: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { value: await withDeadline(attemptMs, what, ask) };
  } catch (error) {
    if (error instanceof Absent) throw error;
    return { value: undefined, problem: readingReason(error) };
  }
}
