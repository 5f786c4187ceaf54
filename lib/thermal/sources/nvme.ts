// The output of `nvme smart-log` for each disk. The command needs root, so a small unit runs it now and then and leaves
// the output in a folder; the kernel's hwmon mostly has the same temperatures, fresher and at no cost.
import { Absent, absentIfMissing } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { ageOf } from '../../core/age.ts';
import { defineProbe } from '../../contract/probe.ts';
import { formatDuration } from '../../core/quantity.ts';
import { firstLine, reasonOf } from '../../core/text.ts';
import { parseSmartLog } from '../../parse/smartlog.ts';
import { deviceOf, inOrder } from '../chip.ts';
import type { Chips } from '../hanging.ts';
import { readCelsius, type Reading, type Sensor, temperatures as section } from '../reading.ts';

/** Written by systemd/nvme-smart-log.service: NAME.json is the output of nvme, NAME.err its error output. */
const folder = '/run/ops-monitor-nvme';
/** Three runs of its timer. */
const oldestSeconds = 15 * 60;

export const nvme = defineProbe<typeof section.schema, Chips>({
  name: 'nvme',
  summary: 'what nvme-smart-log.service left in /run/ops-monitor-nvme',
  section,

  async read({ host: open, at }) {
    const host = open();
    const entries = await host
      .list(folder)
      .catch(absentIfMissing(`nvme-smart-log.service has left nothing in ${folder}`));
    const names = inOrder(
      entries.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length)),
      'nvme',
    );
    if (names.length === 0) throw new Absent(`there is no answer of a disk in ${folder}`);
    const disks = await Promise.all(names.map((name) => readDisk(host, name, at)));
    const ages = disks.flatMap(({ age }) => (age === undefined ? [] : [age]));
    return {
      readings: disks.flatMap(({ readings }) => readings),
      warnings: disks.flatMap(({ warning }) => (warning === undefined ? [] : [warning])),
      ...(ages.length > 0 ? { age_seconds: Math.max(...ages) } : {}),
    };
  },
});

interface Disk {
  readonly readings: readonly Reading[];
  readonly age?: number;
  readonly warning?: string;
}

async function readDisk(host: Host, name: string, at: Date): Promise<Disk> {
  // The location of the controller, which is hwmon's name of the chip, too.
  const chip = await host.realpath(`/sys/class/nvme/${name}`).then(deviceOf, () => name);
  const sensor = (of: string): Sensor => ({ source: 'nvme', chip, sensor: of, driver: 'nvme' });
  let age: number | undefined;
  try {
    const { modified_at } = await host.stat(`${folder}/${name}.json`);
    const { seconds, aheadSeconds } = ageOf(modified_at, at);
    if (seconds === undefined) {
      const ahead = aheadSeconds === undefined ? '' : `, by ${formatDuration(aheadSeconds)}`;
      const why = `its answer is from the future${ahead}: a clock is wrong`;
      return { readings: [{ ...sensor('composite'), problem: 'stale', why }] };
    }
    age = seconds;
    const text = await host.readText(`${folder}/${name}.json`);
    if (age > oldestSeconds) {
      const why = `it was read ${formatDuration(age)} ago`;
      return { age, readings: [{ ...sensor('composite'), problem: 'stale', why }] };
    }
    const { kelvin, warns } = parseSmartLog(text);
    return {
      age,
      readings: Object.entries(kelvin).map(([key, value]) =>
        readCelsius(key === 'composite' ? { ...sensor(key), alarm: warns } : sensor(key), value - 273.15),
      ),
      ...(warns ? { warning: `${name} itself warns that its temperature is beyond its limits` } : {}),
    };
  } catch (error) {
    const complaint = firstLine(await host.readText(`${folder}/${name}.err`).catch(() => ''));
    const why = [reasonOf(error), ...(complaint === '' ? [] : [complaint])].join(': ');
    return {
      ...(age === undefined ? {} : { age }),
      readings: [{ ...sensor('composite'), problem: 'unreadable', why }],
    };
  }
}
