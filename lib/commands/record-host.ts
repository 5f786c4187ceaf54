// ops-monitor record-host FOLDER: records this machine, for a test or for a report of a fault.
import { resolve as absolute } from 'node:path';
import { probes } from '../config/registry.ts';
import { Usage } from '../contract/errors.ts';
import { alignColumns } from '../core/columns.ts';
import { makeRedactor } from '../core/redact.ts';
import type { Configuration } from '../config/schema.ts';
import { counted } from '../core/text.ts';
import { refuseTaken, writeNewFolder } from '../io/new-folder.ts';
import { emptyRecording, recordingFiles, recordingHost } from '../io/recording.ts';
import { print } from '../io/terminal.ts';
import { readingLimits, runProbes } from '../engine/probes.ts';
import { type Command, configOption, exitCodes, textOption } from '../cli/command.ts';
import { openSite } from '../cli/site.ts';
import { openHosts } from '../cycle/hosts.ts';

export const recordHost: Command = {
  name: 'record-host',
  summary: 'records this machine in a folder, without secrets, for tests or for a report of a fault',
  operand: 'FOLDER',
  options: {
    ...configOption,
    summary: { type: 'string', value: 'TEXT', summary: 'description of the machine, in a few words' },
  },

  async run(asked) {
    const { operand: given } = asked;
    if (given === undefined) throw new Usage('name one folder that does not exist yet');
    const folder = absolute(given);
    const { config, places } = await openSite(textOption(asked, 'config'));
    refuseTaken(folder);
    const recording = emptyRecording();
    const open = await openHosts(config.hosts, places);
    const local = open('local', new AbortController().signal);
    const bootFile = '/proc/sys/kernel/random/boot_id'; // hidden in some containers
    const bootId = await recordingHost(local, recording)
      .readText(bootFile)
      .catch(() => '');
    const { sections } = await runProbes({
      probes,
      config,
      places,
      bootId: bootId.trim(),
      previous: {},
      now: () => new Date(),
      monotonicMs: () => performance.now(),
      // Only this machine is recorded: every other host would be a recording of its own.
      openHost: (name, signal) =>
        name === 'local' ? recordingHost(open(name, signal), recording) : open(name, signal),
      ...readingLimits,
    });
    const about = {
      summary: textOption(asked, 'summary') ?? 'a machine',
      recorded_at: new Date().toISOString(),
      hostname: 'recorded',
    };
    const redact = makeRedactor(watchedNames(config));
    const files = Object.entries(recordingFiles(recording, about, redact)).toSorted(([one], [other]) =>
      one < other ? -1 : 1,
    );
    await writeNewFolder(folder, 0o600, async ({ write }) => {
      for (const [path, text] of files) write(path, text);
    });
    const read = Object.values(sections).filter(({ status }) => status === 'ok').length;
    const left = recording.commands.length - files.filter(([path]) => path.startsWith('commands/')).length;
    print(
      [
        `${folder}, readable by you alone: ${counted(files.length, 'file')}, ${counted(read, 'section')} read`,
        ...alignColumns(
          files.map(([path, text]) => [path, `${text.length} characters`]),
          { indent: '  ' },
        ),
        'Only numbers, times, words of the system, and names and paths of the configuration were taken over; every other word is w1, w2, ….',
        ...(left === 0 ? [] : [`Left out: ${counted(left, 'command')} that the configuration names.`]),
        'Read the files before you give the folder away.',
      ].join('\n'),
    );
    return exitCodes.ok;
  },
};

/** Names and paths of what the configuration watches: its readers know them anyway, and a replay needs them. */
function watchedNames(config: Configuration): string[] {
  const { filesystems, streams, services, git, gates, metrics, endpoints, dashboard } = config;
  const names: string[] = [];
  const walk = (value: unknown): void => {
    if (typeof value === 'string') names.push(value.includes('://') ? value.replace(/[?#].*/s, '') : value);
    else if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null)
      for (const [key, below] of Object.entries(value)) {
        names.push(key);
        walk(below);
      }
  };
  walk([filesystems, streams, services, git, gates, metrics, endpoints, dashboard]);
  return names;
}
