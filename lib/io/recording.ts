// A Host that records all requests and answers of another Host, to be written as a folder that io/recorded.ts opens.
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { isMissing } from '../contract/errors.ts';
import type { Host } from '../contract/host.ts';
import { isTime, type Redactor } from '../core/redact.ts';
import { reasonOf } from '../core/text.ts';
import { maskUrls } from '../core/urls.ts';
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
    if (!isMissing(error)) into[key] = reasonOf(error); // a path without a record counts as missing anyway
    throw error;
  }
}

/** Programs that the probes start themselves; a program that the configuration names is not recorded. */
const ownPrograms = new Set(['sh', 'systemctl', 'timedatectl', 'find', 'df', 'true']);

/** The files of the recording's folder, by path: only what `redact` lets through. */
export function recordingFiles(
  { files, commands, machine }: Recording,
  about: Pick<Machine, 'summary' | 'recorded_at' | 'hostname'>,
  redact: Redactor,
): Record<string, string> {
  const own = commands.filter(({ argv }) => ownPrograms.has(argv[0] ?? ''));
  // Options of our own command lines; what they look at is the configuration's, which is known already.
  for (const { argv } of own) for (const word of argv) if (/^([-%]|sh$|systemctl$)/.test(word)) redact.learn(word);
  for (const { argv } of own) for (const word of argv.slice(0, 2)) if (/^[a-z-]+$/.test(word)) redact.learn(word);
  const used = new Set<string>();
  return {
    ...Object.fromEntries(
      Object.entries(files).map(([path, text]) => [
        join('root', isKernels(path) ? path : redact.words(path)),
        redact.file(path, text),
      ]),
    ),
    ...Object.fromEntries(
      own.map(({ argv, exit_code, stdout, stderr }) => {
        const clean = {
          argv: argv.map(redact.words),
          exit_code,
          stdout: stdout.map((line) => hashOf(line) ?? redact.words(line)),
          stderr: redact.words(stderr),
        };
        return [`commands/${fileName(clean.argv)}.json`, pretty(clean)];
      }),
    ),
    'machine.json': pretty({
      ...about,
      statfs: mapRecord(machine.statfs, redact.words),
      stat: mapRecord(machine.stat, redact.words),
      urls: Object.fromEntries(
        Object.entries(machine.urls).map(([url, answer]) => [
          redact.words(maskUrls(url)),
          inStrings(answer, redact.words),
        ]),
      ),
    }),
  };

  function fileName(argv: readonly string[]): string {
    const words = argv.filter((word) => /^[a-z][a-z0-9-]*$/.test(word)).slice(0, 3);
    let name = words.join('-') || 'command';
    for (let count = 2; used.has(name); count++) name = `${words.join('-')}-${count}`;
    used.add(name);
    return name;
  }
}

/** Names that the kernel gives. */
const isKernels = (path: string): boolean => /^\/(proc|sys)\/(?!\d)/.test(path);

/** git's line with the hash of the commit: forty digits that nobody chose. */
const hashOf = (line: string): string | undefined => /^# branch\.oid [0-9a-f]{40}([0-9a-f]{24})?$/.exec(line)?.[0];

const mapRecord = (record: Readonly<Record<string, unknown>>, words: (text: string) => string) =>
  Object.fromEntries(Object.entries(record).map(([path, value]) => [words(path), inStrings(value, words)]));

/** Times stay: the product has written them. */
const inStrings = (value: unknown, words: (text: string) => string): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' && !isTime(part) ? words(part) : part)),
  );

const pretty = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;
