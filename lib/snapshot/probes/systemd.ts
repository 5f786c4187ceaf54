// Reads which units of this machine have failed, configured or not.
import { Absent, isMissing } from '../../contract/errors.ts';
import { firstLine } from '../../core/text.ts';
import { parseUnitNames } from '../../parse/systemctl.ts';
import { defineProbe } from '../define.ts';
import { systemd as section } from '../sections/systemd.ts';

export const systemd = defineProbe({
  name: 'systemd',
  summary: 'failed units of the machine',
  section,

  async read({ host: open }) {
    const host = open();
    await host.stat('/run/systemd/system').catch((error: unknown) => {
      if (!isMissing(error)) throw error;
      throw new Absent('this machine was not booted with systemd', { cause: error });
    });
    const output = ['--plain', '--full', '--no-pager'];
    const { exit_code, stdout, stderr } = await host.run(['systemctl', 'list-units', '--state=failed', ...output]);
    if (exit_code !== 0) throw new Error(`listing failed units failed: ${firstLine(stderr) || `exit ${exit_code}`}`);
    const failed_units = parseUnitNames(stdout);
    return { failed_units, failed: failed_units.length };
  },
});
