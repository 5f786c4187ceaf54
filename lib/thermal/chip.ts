// What a chip and its sensors are called: a chip after where its device sits. The numbers of hwmon3 and thermal_zone2 are of
// this boot only, and change when a module is loaded again.
import type { Host } from '../contract/host.ts';

// Few patterns here: each that is compiled costs a beat as much as reading two sensors.

/** `hwmon3` is, with `hwmon`. */
const isNumbered = (name: string, prefix: string): boolean =>
  name.startsWith(prefix) && name.length > prefix.length && Number.isInteger(Number(name.slice(prefix.length)));

/** `hwmon2` before `hwmon10`. */
export const inOrder = (names: readonly string[], prefix: string): string[] =>
  names
    .filter((name) => isNumbered(name, prefix))
    .sort((a, b) => Number(a.slice(prefix.length)) - Number(b.slice(prefix.length)));

export interface Place {
  readonly chip: string;
  /** What tells it from another one that is called the same. */
  readonly apart?: string | undefined;
}

/**
 * `platform/coretemp.0`, `pci0000:00/0000:00:1d.0/0000:03:00.0`: the device's path, without what the kernel numbers. It is
 * given without links.
 */
export async function placeOf(host: Host, path: string, driver: string): Promise<Place> {
  const device = deviceOf(path);
  // A chip that only repeats thermal zones: those are numbered as they come up, too.
  if (device.startsWith('virtual/thermal/thermal_zone'))
    return { chip: `thermal/${driver}`, apart: await firmwareName(host, `/sys/devices/${device}`) };
  if (device === '' || device.startsWith('virtual')) return { chip: `virtual/${driver}` };
  // Two drivers may show the same device, and come up in either order.
  return { chip: device, apart: driver };
}

/** Of `/sys/devices/pci…/hwmon/hwmon3` what stands between. */
export function deviceOf(path: string): string {
  const start = path.indexOf('/sys/');
  const parts = path.slice(start < 0 ? 0 : start + '/sys/'.length).split('/');
  if (start >= 0 && parts[0] === 'devices') parts.shift();
  if (isNumbered(parts.at(-1) ?? '', 'hwmon')) {
    parts.pop();
    if (parts.at(-1) === 'hwmon') parts.pop();
  }
  if (parts.at(-2) === 'nvme' && isNumbered(parts.at(-1) ?? '', 'nvme')) parts.splice(-2);
  return parts.join('/');
}

/** What the firmware calls a zone (`LNXTHERM:00`), where it has a name there. */
export async function firmwareName(host: Host, zone: string): Promise<string | undefined> {
  const path = await host.realpath(`${zone}/device`).catch(() => '');
  return path.split('/').at(-1) || undefined;
}

/** Two that would be called the same get what tells them apart behind their name, or else a number. */
export function namedApart<Named extends Place>(all: readonly Named[]): Named[] {
  const count = (name: string): number => all.filter(({ chip }) => chip === name).length;
  const used = new Map<string, number>();
  return all.map((one) => {
    const wanted = count(one.chip) > 1 && one.apart !== undefined ? `${one.chip}@${one.apart}` : one.chip;
    const times = (used.get(wanted) ?? 0) + 1;
    used.set(wanted, times);
    return { ...one, chip: times > 1 ? `${wanted}#${times}` : wanted };
  });
}

/** Each with its name where no other sensor of the chip has the same, else with its number. */
export function sensorNames(
  sensors: readonly { readonly id: string; readonly label?: string | undefined }[],
): string[] {
  const taken = new Map<string, number>();
  for (const { id, label } of sensors)
    for (const name of new Set([id, label ?? id])) taken.set(name, (taken.get(name) ?? 0) + 1);
  return sensors.map(({ id, label }) => (label !== undefined && taken.get(label) === 1 ? label : id));
}
