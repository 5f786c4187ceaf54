// Reads files of /sys. Only reading a value asks the device and may hang, so only that call runs on a pool thread. A beat
// reads sixty such files, and reading them wholly on threads would take five thread calls for each file.
import { closeSync, constants, openSync, read, readFileSync } from 'node:fs';
import { callOnPool } from './leave.ts';

export const isKernelFile = (path: string): boolean => path.startsWith('/sys/');

const flags = constants.O_RDONLY | constants.O_NONBLOCK;
/** No file in /sys is larger than a page. */
const mostBytes = 4096;

/** The kernel returns the fixed names of drivers and their sensors without asking the device. */
const isFixedName = (path: string): boolean =>
  path.endsWith('/name') || path.endsWith('/type') || path.endsWith('_label');
/** The core temperatures of an Intel processor are registers of the processor itself, so reading them cannot hang. */
const isProcessorRegister = (path: string): boolean => path.startsWith('/sys/devices/platform/coretemp.');

export async function readKernelFile(path: string): Promise<string> {
  if (isFixedName(path) || isProcessorRegister(path))
    return readFileSync(path, { encoding: 'utf8', flag: flags as never });
  const descriptor = openSync(path, flags);
  try {
    const buffer = Buffer.allocUnsafe(mostBytes);
    const length = await callOnPool<number>((done) => read(descriptor, buffer, 0, mostBytes, 0, done));
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
