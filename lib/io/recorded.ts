// A Host for a recorded machine, which is a folder: its files are in root/, the output of its commands in commands/,
// the rest in machine.json.
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import * as z from 'zod/mini';
import { codedError } from '../contract/errors.ts';
import type { UrlReply, Completed, Host, PathStat } from '../contract/host.ts';
import { maskUrls } from '../core/urls.ts';
import { readWhole } from './read-whole.ts';

const statfsSchema = z.object({
  block_bytes: z.number(),
  blocks: z.number(),
  free_blocks: z.number(),
  available_blocks: z.number(),
  inodes: z.number(),
  free_inodes: z.number(),
});
const statSchema = z.object({
  kind: z.enum(['file', 'folder', 'link', 'other']),
  size_bytes: z.number(),
  modified_at: z.string(),
  target: z.optional(z.string()),
});
const answerSchema = z.object({
  response_ms: z.number(),
  status: z.optional(z.number()),
  error: z.optional(z.string()),
  certificate_expires_at: z.optional(z.string()),
  certificate_problem: z.optional(z.string()),
});

/** Records by path or URL; a string in place of a record is the error message of the machine. */
const machineSchema = z.object({
  summary: z.string(),
  recorded_at: z.string(),
  hostname: z.string(),
  statfs: z.record(z.string(), z.union([z.string(), statfsSchema])),
  stat: z.record(z.string(), z.union([z.string(), statSchema])),
  urls: z.record(z.string(), answerSchema),
});
/** stdout is stored as lines, so that a person can read and edit it. */
const commandSchema = z.object({
  argv: z.array(z.string()),
  exit_code: z.number(),
  stdout: z.array(z.string()),
  stderr: z.string(),
});
export type Machine = z.output<typeof machineSchema>;
export type RecordedCommand = z.output<typeof commandSchema>;

export async function readMachine(folder: string): Promise<Machine> {
  return machineSchema.parse(JSON.parse(await readFile(join(folder, 'machine.json'), 'utf8')));
}

const knownMachines: Record<string, Promise<Machine>> = {};

export function openRecordedHost(folder: string, name: string, signal: AbortSignal): Host {
  const root = join(folder, 'root');
  const machine = (): Promise<Machine> => (knownMachines[folder] ??= readMachine(folder));
  const inRoot = (path: string): string => join(root, path);
  const rethrowWithoutRoot = (error: unknown): never => {
    // The message shows the path on the recorded machine, without the recording's folder in front of it.
    if (error instanceof Error) error.message = error.message.replaceAll(root, '');
    throw error;
  };
  return {
    name,
    signal,
    readText: async (path) => (await readWhole(inRoot(path)).catch(rethrowWithoutRoot)).toString('utf8'),
    readBytes: async (path, range) => {
      const all = await readFile(inRoot(path));
      return range ? all.subarray(range.start, range.start + range.length) : all;
    },
    list: (path) => readdir(inRoot(path)),
    realpath: async (path) => `/${relative(root, await realpath(inRoot(path)))}`,
    stat: async (path) => recorded(await machine(), 'stat', path) as PathStat,
    statfs: async (path) => recorded(await machine(), 'statfs', path),
    run: (argv) => findCommand(folder, argv),
    hangs: async () => false,
    get: async (url) => {
      const answer = (await machine()).urls[maskUrls(url)];
      if (!answer) throw new Error(`${folder} has no recorded answer of ${maskUrls(url)}`);
      return answer as UrlReply;
    },
  };
}

function recorded<Kind extends 'stat' | 'statfs'>(machine: Machine, kind: Kind, path: string) {
  const found = machine[kind][path];
  if (found === undefined) throw codedError('ENOENT', `ENOENT: ${kind} of ${path} was not recorded`);
  if (typeof found === 'string') throw new Error(found);
  return found as Exclude<Machine[Kind][string], string>;
}

/** A shell script of ours is recorded by its name, so that a recording outlives a change of the script. */
export const recordedArgv = (argv: readonly string[]): readonly string[] =>
  argv[0] === 'sh' && argv[1] === '-c' ? ['sh', ...argv.slice(3)] : argv;

async function findCommand(folder: string, argv: readonly string[]): Promise<Completed> {
  const asked = JSON.stringify(recordedArgv(argv));
  const files = await readdir(join(folder, 'commands')).catch(() => []); // a recording may have no commands
  for (const file of files) {
    const command = commandSchema.parse(JSON.parse(await readFile(join(folder, 'commands', file), 'utf8')));
    if (JSON.stringify(command.argv) !== asked) continue;
    const { exit_code, stdout, stderr } = command;
    return { exit_code, stdout: stdout.join('\n'), stderr };
  }
  // A command that was not recorded fails as if it were not installed.
  throw new Error(`${argv.join(' ')} is not installed (ENOENT)`);
}
