// Reads whether the clock is synchronised, according to the time service.
import { Absent, isMissing } from '../../contract/errors.ts';
import { ageOf, isStale } from '../../core/age.ts';
import { firstLine } from '../../core/text.ts';
import { defineProbe } from '../define.ts';
import { clock as section } from '../sections/clock.ts';

// systemd-timesyncd touches this file at every synchronisation, at most 2,048 s apart, and removes it when the service ends. The
// kernel's own flag is too late: it changes only after about nine hours without synchronisation.
const timesyncFile = '/run/systemd/timesync/synchronized';
const freshSeconds = 3 * 2048;

export const clock = defineProbe({
  name: 'clock',
  summary: 'whether the clock is synchronised',
  section,

  async read({ host: open, at }) {
    const host = open();
    const touched = await host.stat(timesyncFile).catch(() => undefined); // another time service, or not synchronised yet
    if (touched && !isStale(ageOf(touched.modified_at, at), freshSeconds)) {
      return { synchronised: true, told_by: 'systemd-timesyncd', synchronised_at: touched.modified_at };
    }
    await host.stat('/run/systemd/system').catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      throw new Absent('no systemd here: a container’s clock is its host’s', { cause: error });
    });
    // timedatectl makes D-Bus start a service, so it runs only where timesyncd's file is not fresh.
    const argv = ['timedatectl', 'show', '--property=NTPSynchronized', '--value'];
    const { exit_code, stdout, stderr } = await host.run(argv);
    if (exit_code !== 0 || !['yes\n', 'no\n'].includes(stdout)) {
      throw new Error(
        `timedatectl did not say whether the clock is synchronised: ${firstLine(stderr) || JSON.stringify(stdout.slice(0, 80))}`,
      );
    }
    return { synchronised: stdout === 'yes\n', told_by: 'timedatectl' };
  },
});
