// Reads files of /sys. Only reading a value asks the device and may hang, so only that call runs on a thread. A beat
// reads sixty such files, and a whole read on threads would take five thread calls for each.
import { closeSync, constants, openSync, read, readFileSync } from 'node:fs';
import { called } from './leave.ts';

export const isOfKernel = (path: string): boolean => path.startsWith('/sys/');

const flags = constants.O_RDONLY | constants.O_NONBLOCK;
/** No file in /sys is larger than a page. */
const mostBytes = 4096;

/** The names of drivers and their sensors are fixed: the kernel returns them without asking the device. */
const isOfDriver = (path: string): boolean =>
  path.endsWith('/name') || path.endsWith('/type') || path.endsWith('_label');
/** The core temperatures of an Intel processor are registers of the processor itself, so reading them cannot hang. */
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
