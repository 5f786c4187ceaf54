// ops-monitor record-host FOLDER: records this machine, for a test or for a report of a fault.
import { resolve as absolute } from 'node:path';
import { probes } from '../config/registry.ts';
import { Usage } from '../contract/errors.ts';
import { redactor } from '../core/redact.ts';
import { counted } from '../core/text.ts';
import { emptyRecording, recordingHost, refuseExisting, machineIdentity, writeRecording } from '../io/recording.ts';
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
    refuseExisting(folder);
    const recording = emptyRecording();
    const open = await openHosts(config.hosts, places);
    const local = open('local', new AbortController().signal);
    const bootId = (await recordingHost(local, recording).readText('/proc/sys/kernel/random/boot_id')).trim();
    const { sections } = await runProbes({
      probes,
      config,
      bootId,
      previous: {},
      now: () => new Date(),
      monotonicMs: () => performance.now(),
      // Only this machine is recorded: every other host would be a recording of its own.
      openHost: (name, signal) =>
        name === 'local' ? recordingHost(open(name, signal), recording) : open(name, signal),
      ...readingLimits,
    });
    const clean = redactor({ ...machineIdentity(), bootId });
    const about = {
      summary: textOption(asked, 'summary') ?? 'a machine',
      recorded_at: new Date().toISOString(),
      hostname: 'recorded',
    };
    writeRecording(folder, recording, about, clean);
    const read = Object.values(sections).filter(({ status }) => status === 'ok').length;
    print(
      `${folder}: ${counted(Object.keys(recording.files).length, 'file')}, ${counted(recording.commands.length, 'command')}, ` +
        `${counted(read, 'section')} read.\nHost name, user, addresses and what looks like a secret were replaced. Check the folder before you share it.`,
    );
    return exitCodes.ok;
  },
};
