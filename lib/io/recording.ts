// A Host that records all requests and answers of another Host, to be written as a folder that io/recorded.ts opens.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { Usage } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { reasonOf } from '../core/text.ts';
import { unlessFailing } from './files.ts';
import { type Machine, type RecordedCommand, recordedArgv } from './recorded.ts';

export interface Recording {
  readonly files: Record<string, string>;
  readonly commands: RecordedCommand[];
  readonly machine: Pick<Machine, 'statfs' | 'stat' | 'urls'>;
}

/** Host name and user of this machine, so that they can be removed from a recording. */
export const machineIdentity = () => ({
  hostname: hostname(),
  // A user id may have no entry in the user database.
  user: unlessFailing(() => userInfo().username) ?? '',
});

export function refuseExisting(folder: string): void {
  if (existsSync(folder)) throw new Usage(`${folder} is there already: a recording never overwrites anything`);
}

export const emptyRecording = (): Recording => ({
  files: {},
  commands: [],
  machine: { statfs: {}, stat: {}, urls: {} },
});

export function recordingHost(host: Host, recording: Recording): Host {
  const { files, commands, machine } = recording;
  return {
    name: host.name,
    signal: host.signal,
    readText: async (path) => (files[path] = await host.readText(path)),
    readBytes: (path, range) => host.readBytes(path, range),
    list: (path) => host.list(path),
    realpath: (path) => host.realpath(path),
    stat: (path) => recordResult(machine.stat, path, () => host.stat(path)),
    statfs: (path) => recordResult(machine.statfs, path, () => host.statfs(path)),
    run: async (argv, { alone } = {}) => {
      // A recording needs the output whole.
      const { exit_code, stdout, stderr } = await host.run(argv, alone === undefined ? {} : { alone });
      commands.push({ argv: [...recordedArgv(argv)], exit_code, stdout: stdout.split('\n'), stderr });
      return { exit_code, stdout, stderr };
    },
    hangs: (alone) => host.hangs(alone),
    get: async (url, options) => (machine.urls[url] = await host.get(url, options)),
  };
}

/** An error belongs to the machine's state: its message is recorded in place of the value. */
async function recordResult<Kept, Value extends Kept>(
  into: Record<string, Kept | string>,
  key: string,
  read: () => Promise<Value>,
): Promise<Value> {
  try {
    const value = await read();
    into[key] = value;
    return value;
  } catch (error) {
    if (!/ENOENT/.test(reasonOf(error))) into[key] = reasonOf(error); // a path without a record gives ENOENT anyway
    throw error;
  }
}

/** `clean` removes text that must not leave the machine, such as names and addresses. */
export function writeRecording(
  folder: string,
  recording: Recording,
  about: Pick<Machine, 'summary' | 'recorded_at' | 'hostname'>,
  clean: (text: string) => string,
): void {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(recording.files)) write(join('root', path), clean(text));
  const used = new Set<string>();
  for (const command of recording.commands)
    write(join('commands', `${fileName(command.argv)}.json`), prettyClean(command, clean));
  write('machine.json', prettyClean({ ...about, ...recording.machine }, clean));

  function fileName(argv: readonly string[]): string {
    const words = argv.filter((word) => /^[a-z][a-z0-9-]*$/.test(word)).slice(0, 3);
    let name = words.join('-') || 'command';
    for (let count = 2; used.has(name); count++) name = `${words.join('-')}-${count}`;
    used.add(name);
    return name;
  }
}

/** Each string is cleaned by itself: applied to the whole JSON text, a rule could remove a quote or a backslash. */
const prettyClean = (value: unknown, clean: (text: string) => string): string =>
  `${JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? clean(part) : part), 2)}\n`;
