// What a chip is called: after where its device sits. The numbers of hwmon3 and thermal_zone2 are of this boot only, and
// change when a module is loaded again.
import type { Host } from '../contract/host.ts';

/** `hwmon2` before `hwmon10`. */
export const inOrder = (names: readonly string[], prefix: string): string[] =>
  names
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .sort((a, b) => Number(a.slice(prefix.length)) - Number(b.slice(prefix.length)));

export interface Place {
  readonly chip: string;
  /** What tells it from another one that is called the same. */
  readonly apart?: string | undefined;
}

/** `platform/coretemp.0`, `pci0000:00/0000:00:1d.0/0000:03:00.0`: the device's path, without what the kernel numbers. */
export async function placeOf(host: Host, path: string, driver: string): Promise<Place> {
  const whole = await host.realpath(path);
  const device = deviceOf(whole);
  // A chip that only repeats thermal zones: those are numbered as they come up, too.
  const zone = /^virtual\/thermal\/thermal_zone\d+$/.exec(device);
  if (zone) return { chip: `thermal/${driver}`, apart: await firmwareName(host, `/sys/devices/${device}`) };
  return { chip: device === '' || device.startsWith('virtual') ? `virtual/${driver}` : device };
}

export const deviceOf = (path: string): string =>
  path
    .replace(/^.*?\/sys\/(devices\/)?/, '')
    .replace(/\/hwmon\/hwmon\d+$|\/hwmon\d+$/, '')
    .replace(/\/nvme\/nvme\d+$/, '');

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
