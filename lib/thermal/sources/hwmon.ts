// The kernel's own files of every sensor chip, which `sensors` reads too. Unlike `sensors`, this source does not apply
// /etc/sensors.d, and does not lose one of two chips of the same name.
import { Absent, absentIfMissing, isMissing } from '../../contract/errors.ts';
import type { Host } from '../../contract/host.ts';
import { defineProbe } from '../../contract/probe.ts';
import { reasonOf } from '../../core/text.ts';
import { cleanName, inOrder, namedApart, type Place, placeOf, sensorNames } from '../chip.ts';
import type { Chips } from '../hanging.ts';
import {
  type Fan,
  readCrit,
  type Reading,
  readMillidegrees,
  type Sensor,
  temperatures as section,
} from '../reading.ts';

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
    const fans = named.flatMap(({ chip, fans }) => fans.map((fan) => ({ ...fan, chip })));
    if (readings.length === 0 && fans.length === 0) throw new Absent(`no chip in ${folder} has a temperature`);
    return { readings, ...(fans.length > 0 ? { fans } : {}) };
  },
});

interface Chip extends Place {
  readonly sensors: readonly Reading[];
  readonly fans: readonly Fan[];
}

type Ask = (path: string) => Promise<string>;

/** Folder of a chip and the names of its files. */
interface Files {
  readonly path: string;
  readonly names: ReadonlySet<string>;
  readonly temps: readonly string[];
  readonly fans: readonly string[];
}

/** Reads one file after the other: a chip that hangs then blocks only one thread, and no other chip. */
async function readChip(host: Host, chips: Chips, entry: string): Promise<Chip | undefined> {
  try {
    // The resolved path shows where the device is, and lets a host decide which files need no thread.
    const path = await host.realpath(entry);
    const names = await host.list(path);
    const files = await findFiles(host, path, names);
    if (!files) return undefined;
    const driver = await driverOf(host, path, names);
    const place = await placeOf(host, path, driver);
    const ask = chips.asker(host, path, driver);
    const sensors: Reading[] = [];
    for (const { id, name: sensor } of await named(host, files, files.temps)) {
      const of: Sensor = { source: 'hwmon', chip: place.chip, sensor, driver, id };
      sensors.push(await readSensor(ask, files, of, id));
    }
    const fans: Fan[] = [];
    for (const { id, name: sensor } of await named(host, files, files.fans)) {
      const of: Sensor = { source: 'hwmon', chip: place.chip, sensor, driver, id };
      fans.push(await readFan(ask, files, of, id));
    }
    return { ...place, sensors, fans };
  } catch (error) {
    // Unloading a module removes its folder.
    if (isMissing(error)) return undefined;
    const chip = entry.slice(folder.length + 1);
    const of: Sensor = { source: 'hwmon', chip, sensor: 'temp', driver: '' };
    return { chip, sensors: [{ ...of, problem: 'unreadable', why: reasonOf(error) }], fans: [] };
  }
}

/** Old drivers keep their files in the folder of the device. Undefined for a chip without temperatures and fans. */
async function findFiles(host: Host, path: string, names: readonly string[]): Promise<Files | undefined> {
  const own = filesOf(path, names);
  if (own || !names.includes('device')) return own;
  const device = `${path}/device`;
  const ofDevice = await host.list(device).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  return filesOf(device, ofDevice);
}

function filesOf(path: string, all: readonly string[]): Files | undefined {
  const numbered = (kind: 'temp' | 'fan'): string[] =>
    inOrder(
      all
        .filter((name) => name.startsWith(kind) && name.endsWith('_input'))
        .map((name) => name.slice(0, -'_input'.length)),
      kind,
    );
  const [temps, fans] = [numbered('temp'), numbered('fan')];
  return temps.length + fans.length === 0 ? undefined : { path, names: new Set(all), temps, fans };
}

/** The chip's name, else the device's, else that of the device's driver. */
async function driverOf(host: Host, path: string, names: readonly string[]): Promise<string> {
  const inFolder = async (of: string): Promise<string> => cleanName(await host.readText(`${of}/name`));
  const driver = names.includes('name') ? await inFolder(path) : '';
  if (driver !== '' || !names.includes('device')) return driver || 'unnamed';
  const ofDevice = await inFolder(`${path}/device`).catch((error: unknown) => {
    if (isMissing(error)) return '';
    throw error;
  });
  if (ofDevice !== '') return ofDevice;
  const loaded = await host.realpath(`${path}/device/driver`).catch(() => '');
  return cleanName(loaded.split('/').at(-1) ?? '') || 'unnamed';
}

async function named(host: Host, { path, names }: Files, ids: readonly string[]) {
  const labelled: { id: string; label: string | undefined }[] = [];
  for (const id of ids)
    labelled.push({ id, label: names.has(`${id}_label`) ? await labelOf(host, path, id) : undefined });
  return sensorNames(labelled).map((name, index) => ({ id: ids[index] ?? '', name }));
}

/** Undefined if the label cannot be read: the temperature still counts. */
async function labelOf(host: Host, path: string, id: string): Promise<string | undefined> {
  const text = await host.readText(`${path}/${id}_label`).catch(() => '');
  return text.trim() || undefined;
}

async function readSensor(ask: Ask, files: Files, of: Sensor, id: string): Promise<Reading> {
  const { path, names } = files;
  let reading: Reading;
  try {
    reading = readMillidegrees(of, await ask(`${path}/${id}_input`));
    if (names.has(`${id}_fault`) && (await ask(`${path}/${id}_fault`)).trim() !== '0')
      reading = { ...of, problem: 'faulted', why: 'the chip says that the sensor is faulted' };
  } catch (error) {
    if (isMissing(error)) return { ...of, problem: 'absent', why: 'it went while it was being read' };
    reading = { ...of, problem: 'unreadable', why: reasonOf(error) };
  }
  // The limit of a processor is configured, and reading each core's alarm would wake that core.
  const isProcessor = of.driver === 'coretemp';
  if (isProcessor && id !== 'temp1') return reading;
  const critText = isProcessor || !names.has(`${id}_crit`) ? undefined : await ifReadable(ask, `${path}/${id}_crit`);
  const crit = critText === undefined ? undefined : readCrit(critText);
  // An alarm beyond a limit that nobody has set is none.
  const alarms = critText !== undefined && crit === undefined ? [] : alarmsOf(of.driver, id, names);
  let alarm: boolean | undefined;
  for (const name of alarms) {
    const text = (await ifReadable(ask, `${path}/${name}`))?.trim();
    if (text === '0' || text === '1') alarm = alarm === true || text === '1';
  }
  return { ...reading, ...(crit === undefined ? {} : { crit }), ...(alarm === undefined ? {} : { alarm }) };
}

/** `tempN_alarm` is left out but for disks: the limit beyond which super-IO chips set it is rarely configured. */
const alarmsOf = (driver: string, id: string, names: ReadonlySet<string>): string[] =>
  [`${id}_crit_alarm`, `${id}_emergency_alarm`, ...(driver === 'nvme' ? [`${id}_alarm`] : [])].filter((name) =>
    names.has(name),
  );

async function readFan(ask: Ask, { path, names }: Files, of: Sensor, id: string): Promise<Fan> {
  const read = async (what: string): Promise<number | undefined> => {
    const text = names.has(`${id}_${what}`) ? await ifReadable(ask, `${path}/${id}_${what}`) : undefined;
    return text !== undefined && /^\d+\s*$/.test(text) ? Number(text) : undefined;
  };
  const [rpm, min_rpm, alarm] = [await read('input'), await read('min'), await read('alarm')];
  return {
    ...of,
    ...(rpm === undefined ? {} : { rpm }),
    ...(min_rpm === undefined ? {} : { min_rpm }),
    ...(alarm === undefined ? {} : { alarm: alarm !== 0 }),
  };
}

const ifReadable = (ask: Ask, path: string): Promise<string | undefined> => ask(path).catch(() => undefined);
