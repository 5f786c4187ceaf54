// The kernel's files of devices, /sys. In there only the reading of a value asks the device, and only that may hang: it
// alone is given to a thread. A beat reads sixty of them, and by threads each would cost five trips.
import { closeSync, constants, openSync, read, readFileSync } from 'node:fs';
import { called } from './leave.ts';

export const isOfKernel = (path: string): boolean => path.startsWith('/sys/');

const flags = constants.O_RDONLY | constants.O_NONBLOCK;
/** No file in there has more than a page. */
const mostBytes = 4096;

/** What a driver is called, and its sensors, does not change: it needs no device. */
const isOfDriver = (path: string): boolean =>
  path.endsWith('/name') || path.endsWith('/type') || path.endsWith('_label');
/** The temperatures of an Intel processor, one a core: registers of the processor itself, and so no device to wait for. */
const isRegister = (path: string): boolean => path.startsWith('/sys/devices/platform/coretemp.');

export async function readOfKernel(path: string): Promise<string> {
  if (isOfDriver(path) || isRegister(path)) return readFileSync(path, { encoding: 'utf8', flag: flags as never });
  const descriptor = openSync(path, flags);
  try {
    const buffer = Buffer.allocUnsafe(mostBytes);
    const length = await called<number>((done) => read(descriptor, buffer, 0, mostBytes, 0, done));
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
