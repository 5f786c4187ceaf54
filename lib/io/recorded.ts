// A Host for a recorded machine, which is a folder: its files are in root/, the output of its commands in commands/,
// the rest in machine.json.
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { codedError, NotInstalled } from '../contract/errors.ts';
import type { UrlReply, Completed, Host, PathStat } from '../contract/host.ts';
import {
  type ContentOf,
  fits,
  listOf,
  number,
  object,
  oneOf,
  optional,
  recordOf,
  type Shape,
  shapeProblem,
  string,
} from '../contract/shape.ts';
import { maskUrls } from '../core/urls.ts';
import { readWhole } from './read-whole.ts';

const statfsSchema = object({
  block_bytes: number,
  blocks: number,
  free_blocks: number,
  available_blocks: number,
  inodes: number,
  free_inodes: number,
});
const statSchema = object({
  kind: oneOf(['file', 'folder', 'link', 'other']),
  size_bytes: number,
  modified_at: string,
  target: optional(string),
});
const answerSchema = object({
  response_ms: number,
  status: optional(number),
  error: optional(string),
  body: optional(string),
  certificate_expires_at: optional(string),
  certificate_problem: optional(string),
});

/** A string in place of a record is the error message of the machine. */
const orReason = <Content>(shape: Shape<Content>): Shape<Content | string> => ({
  form: { type: 'other' },
  wrongIn: (value) => (fits(string, value) ? undefined : shape.wrongIn(value)),
});

/** Records by path or URL. */
const machineSchema = object({
  summary: string,
  recorded_at: string,
  hostname: string,
  statfs: recordOf(orReason(statfsSchema)),
  stat: recordOf(orReason(statSchema)),
  urls: recordOf(answerSchema),
  /** Names in folders; of a folder that is not here, the names in root/ count. */
  lists: optional(recordOf(listOf(string))),
});
/** stdout is stored as lines, so that a person can read and edit it. */
const commandSchema = object({ argv: listOf(string), exit_code: number, stdout: listOf(string), stderr: string });
export type Machine = ContentOf<typeof machineSchema>;
export type RecordedCommand = ContentOf<typeof commandSchema>;

export const readMachine = (folder: string): Promise<Machine> => readJson(join(folder, 'machine.json'), machineSchema);

async function readJson<Content>(path: string, shape: Shape<Content>): Promise<Content> {
  const value: unknown = JSON.parse(await readFile(path, 'utf8'));
  const issue = shape.wrongIn(value);
  if (issue) throw new Error(`${path} is not as expected: ${shapeProblem(issue, value)}`);
  return value as Content;
}

const knownMachines: Record<string, Promise<Machine>> = {};

export function openRecordedHost(folder: string, name: string, signal: AbortSignal): Host {
  const root = join(folder, 'root');
  const machine = (): Promise<Machine> =>
    (knownMachines[folder] ??= readMachine(folder).catch((cause: unknown) => {
      // Without the code ENOENT, which callers take for a file that the recorded machine does not have.
      throw new Error(`${folder} is not a recorded machine`, { cause });
    }));
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
    list: async (path) => (await machine()).lists?.[path] ?? readdir(inRoot(path)).catch(rethrowWithoutRoot),
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
    const command = await readJson(join(folder, 'commands', file), commandSchema);
    if (JSON.stringify(command.argv) !== asked) continue;
    const { exit_code, stdout, stderr } = command;
    return { exit_code, stdout: stdout.join('\n'), stderr };
  }
  // A command that was not recorded fails as if it were not installed.
  throw new NotInstalled(`${argv.join(' ')} is not installed (ENOENT)`);
}
