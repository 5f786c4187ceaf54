// Names chips and their sensors. A chip is named by the location of its device, because the numbers of hwmon3 and
// thermal_zone2 change with each boot and when a module is reloaded.
import type { Host } from '../contract/host.ts';
import { firstLine } from '../core/text.ts';

// This file avoids regular expressions: compiling one costs a beat as much as reading two sensors.

/** True for `hwmon3` with the prefix `hwmon`. */
export const isNumbered = (name: string, prefix: string): boolean =>
  name.startsWith(prefix) && name.length > prefix.length && Number.isInteger(Number(name.slice(prefix.length)));

/** The numbered names, by number: `hwmon2` before `hwmon10`. */
export const inOrder = (names: readonly string[], prefix: string): string[] =>
  names
    .filter((name) => isNumbered(name, prefix))
    .sort((a, b) => Number(a.slice(prefix.length)) - Number(b.slice(prefix.length)));

/** A name that a driver or the firmware gives: on one line, without control characters, and bounded. */
export const cleanName = (text: string): string => firstLine(text, 80);

export interface Place {
  readonly chip: string;
  /** Distinguishes this chip from another of the same name. */
  readonly apart?: string | undefined;
}

/** `platform/coretemp.0`, `pci0000:00/0000:00:1d.0/0000:03:00.0`: the device's path, without the parts that the kernel
 * numbers. `path` must have its symbolic links resolved. */
export async function placeOf(host: Host, path: string, driver: string): Promise<Place> {
  const device = deviceOf(path);
  // This chip only repeats thermal zones, which are numbered in the order of their start, too.
  if (device.startsWith('virtual/thermal/thermal_zone'))
    return { chip: `thermal/${driver}`, apart: await firmwareName(host, `/sys/devices/${device}`) };
  if (device === '' || device.startsWith('virtual')) return { chip: `virtual/${driver}` };
  // Two drivers may show the same device, and may start in either order.
  return { chip: device, apart: driver };
}

/** The part of `/sys/devices/pci…/hwmon/hwmon3` between `devices/` and `/hwmon`. */
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

/** The firmware's name of a zone (`LNXTHERM:00`), if it has one. */
export async function firmwareName(host: Host, zone: string): Promise<string | undefined> {
  const path = await host.realpath(`${zone}/device`).catch(() => '');
  return path.split('/').at(-1) || undefined;
}

/** Makes chip names unique: appends `apart` to names that occur twice, and a number to those that are still the same. */
export function namedApart<Named extends Place>(places: readonly Named[]): Named[] {
  const all = places.map((one) => ({ ...one, chip: firstLine(one.chip, 200) }));
  const count = (name: string): number => all.filter(({ chip }) => chip === name).length;
  const used = new Set<string>();
  return all.map((one) => {
    const wanted = count(one.chip) > 1 && one.apart !== undefined ? `${one.chip}@${one.apart}` : one.chip;
    let chip = wanted;
    for (let times = 2; used.has(chip) || (chip !== one.chip && count(chip) > 0); times++) chip = `${wanted}#${times}`;
    used.add(chip);
    return { ...one, chip };
  });
}

/** Each sensor's label if that is unique on the chip, else its number. */
export function sensorNames(
  sensors: readonly { readonly id: string; readonly label?: string | undefined }[],
): string[] {
  const taken = new Map<string, number>();
  const cleaned = sensors.map(({ id, label }) => ({ id, label: cleanName(label ?? '') || undefined }));
  for (const { id, label } of cleaned)
    for (const name of new Set([id, label ?? id])) taken.set(name, (taken.get(name) ?? 0) + 1);
  return cleaned.map(({ id, label }) => (label !== undefined && taken.get(label) === 1 ? label : id));
}
