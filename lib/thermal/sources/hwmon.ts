// The kernel's own files of every sensor chip, which `sensors` reads too. Unlike `sensors`, this source does not apply
// /etc/sensors.d, and does not lose one of two chips of the same name.
import { Absent, absentIfMissing, isMissing } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { defineProbe } from '../../contract/probe.ts';
import { reasonOf } from '../../core/text.ts';
import { inOrder, namedApart, type Place, placeOf, sensorNames } from '../chip.ts';
import type { Chips } from '../hanging.ts';
import { type Reading, readMillidegrees, type Sensor, temperatures as section } from '../reading.ts';

const folder = '/sys/class/hwmon';

export const hwmon = defineProbe<typeof section.schema, Chips>({
  name: 'hwmon',
  summary: 'the kernel’s sensor chips, /sys/class/hwmon',
  section,
  graceMs: 250,

  async read({ host: open, config: chips }) {
    const host = open();
    const entries = await host.list(folder).catch(absentIfMissing(`there is no ${folder}`));
    const found = await Promise.all(
      inOrder(entries, 'hwmon').map((entry) => readChip(host, chips, `${folder}/${entry}`)),
    );
    const named = namedApart(found.filter((chip) => chip !== undefined));
    const readings = named.flatMap(({ chip, sensors }) => sensors.map((reading) => ({ ...reading, chip })));
    if (readings.length === 0) throw new Absent(`no chip in ${folder} has a temperature`);
    return { readings };
  },
});

interface Chip extends Place {
  readonly sensors: readonly Reading[];
}

/** Reads one file after the other: a chip that hangs then blocks only one thread, and no other chip. */
async function readChip(host: Host, chips: Chips, entry: string): Promise<Chip | undefined> {
  try {
    // The resolved path shows where the device is, and lets a host decide which files need no thread.
    const path = await host.realpath(entry);
    const names = await host.list(path);
    const ids = inOrder(
      names.filter((name) => /^temp\d+_input$/.test(name)).map((name) => name.slice(0, -'_input'.length)),
      'temp',
    );
    if (ids.length === 0) return undefined;
    const driver = (await host.readText(`${path}/name`)).trim();
    const place = await placeOf(host, path, driver);
    const has = new Set(names);
    const labelled: { id: string; label: string | undefined }[] = [];
    for (const id of ids)
      labelled.push({ id, label: has.has(`${id}_label`) ? await labelOf(host, path, id) : undefined });
    const ask = chips.asker(host, path, driver);
    const sensors: Reading[] = [];
    for (const [index, sensor] of sensorNames(labelled).entries()) {
      const id = ids[index] ?? '';
      const of: Sensor = { source: 'hwmon', chip: place.chip, sensor, driver, id };
      sensors.push(await readSensor(ask, `${path}/${id}`, of, has.has(`${id}_fault`)));
    }
    return { ...place, sensors };
  } catch (error) {
    // Unloading a module removes its folder.
    if (isMissing(error)) return undefined;
    const chip = entry.slice(folder.length + 1);
    const of: Sensor = { source: 'hwmon', chip, sensor: 'temp', driver: '' };
    return { chip, sensors: [{ ...of, problem: 'unreadable', why: reasonOf(error) }] };
  }
}

/** Undefined if the label cannot be read: the temperature still counts. */
async function labelOf(host: Host, path: string, id: string): Promise<string | undefined> {
  const text = await host.readText(`${path}/${id}_label`).catch(() => '');
  return text.trim() || undefined;
}

type Ask = (path: string) => Promise<string>;

async function readSensor(ask: Ask, path: string, of: Sensor, mayBeFaulted: boolean): Promise<Reading> {
  try {
    const reading = readMillidegrees(of, await ask(`${path}_input`));
    const fault = mayBeFaulted ? (await ask(`${path}_fault`)).trim() : '0';
    return fault === '0' ? reading : { ...of, problem: 'faulted', why: 'the chip says that the sensor is faulted' };
  } catch (error) {
    if (isMissing(error)) return { ...of, problem: 'absent', why: 'it went while it was being read' };
    return { ...of, problem: 'unreadable', why: reasonOf(error) };
  }
}
