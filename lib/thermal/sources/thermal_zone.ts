// The kernel's thermal zones, by which it throttles. Mostly the same sensors as in hwmon, and so a check on them; on
// small boards the only source.
import { Absent, absentIfMissing, isMissing } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { defineProbe } from '../../contract/probe.ts';
import { reasonOf } from '../../core/text.ts';
import { cleanName, firmwareName, inOrder, namedApart, type Place } from '../chip.ts';
import type { Chips } from '../hanging.ts';
import { type Reading, readMillidegrees, type Sensor, temperatures as section } from '../reading.ts';

const folder = '/sys/class/thermal';

export const zones = defineProbe<typeof section.schema, Chips>({
  name: 'thermal_zone',
  summary: 'the kernel’s thermal zones, /sys/class/thermal',
  section,
  graceMs: 250,

  async read({ host: open, config: chips }) {
    const host = open();
    const entries = await host.list(folder).catch(absentIfMissing(`there is no ${folder}`));
    const names = inOrder(entries, 'thermal_zone');
    if (names.length === 0) throw new Absent(`there is no zone in ${folder}`);
    const found = await Promise.all(names.map((name) => readZone(host, chips, `${folder}/${name}`)));
    const known = found.filter((zone) => zone !== undefined);
    const all = namedApart(await withFirmwareNames(host, known));
    return { readings: all.map(({ chip, reading }) => ({ ...reading, chip })) };
  },
});

interface Zone extends Place {
  readonly path: string;
  readonly reading: Reading;
}

async function readZone(host: Host, chips: Chips, path: string): Promise<Zone | undefined> {
  try {
    const type = cleanName(await host.readText(`${path}/type`));
    const of: Sensor = { source: 'thermal_zone', chip: type, sensor: 'temp', driver: type };
    // A zone that is switched off, or whose chip sleeps, fails with ENODATA, EAGAIN, EINVAL or EIO.
    const ask = chips.asker(host, path, type);
    const reading = await ask(`${path}/temp`).then(
      (text) => readMillidegrees(of, text),
      (error: unknown): Reading => ({ ...of, problem: 'unreadable', why: reasonOf(error) }),
    );
    return { chip: type, path, reading };
  } catch (error) {
    if (isMissing(error)) return undefined; // its module was unloaded
    const chip = path.slice(folder.length + 1);
    const of: Sensor = { source: 'thermal_zone', chip, sensor: 'temp', driver: '' };
    return { chip, path, reading: { ...of, problem: 'unreadable', why: reasonOf(error) } };
  }
}

/** Only zones that share their type need the firmware's name. */
const withFirmwareNames = (host: Host, all: readonly Zone[]): Promise<Zone[]> =>
  Promise.all(
    all.map(async (zone) =>
      all.some((other) => other !== zone && other.chip === zone.chip)
        ? { ...zone, apart: await firmwareName(host, zone.path) }
        : zone,
    ),
  );
