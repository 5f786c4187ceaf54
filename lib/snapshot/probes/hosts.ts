// Reads whether the other machines can be reached; the duration of the reading shows how long that takes. An
// unreachable machine is a reading, not a failed reading.
import { firstLine, reasonOf } from '../../core/text.ts';
import { defineProbe } from '../define.ts';
import { hosts as section } from '../sections/hosts.ts';

export const hosts = defineProbe({
  name: 'hosts',
  summary: 'whether other machines can be reached',
  section,

  items: async ({ config }) => Object.entries(config.hosts).flatMap(([name, host]) => ('ssh' in host ? [name] : [])),

  async read({ host: open, config, item }) {
    const configured = config.hosts[item];
    if (!configured || !('ssh' in configured)) throw new Error(`no host ${item} is configured`);
    const error = await open(item)
      .run(['true'])
      .then(
        ({ exit_code, stderr }) =>
          exit_code === 0
            ? undefined
            : `the command \`true\` failed there: ${firstLine(stderr) || `exit ${exit_code}`}`,
        (thrown: unknown) => reasonOf(thrown),
      );
    return { address: configured.ssh, reached: error === undefined, ...(error === undefined ? {} : { error }) };
  },
});
