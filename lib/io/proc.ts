// Reads files of /proc. The kernel answers most of them at once, and a thread of the pool would cost ten times the reading: the
// watchdog reads hundreds of them twice a minute. Only what lies in the memory of a process may have to wait for that process.
import { closeSync, openSync, read, readdirSync, readFileSync } from 'node:fs';
import { callOnPool } from './leave.ts';

const answeredAtOnce = /^\/proc\/(?:\d+\/(?:stat|status|limits)|uptime|net\/dev|sys\/kernel\/random\/boot_id)$/;
const inMemory = /^\/proc\/\d+\/(?:cmdline|smaps_rollup)$/;
const listedAtOnce = /^\/proc(?:\/\d+\/fd)?$/;

/** More than any smaps_rollup has; a longer command line is cut off. */
const mostBytes = 4096;

/** Undefined for other files. */
export function readProcText(path: string): string | Promise<string> | undefined {
  if (answeredAtOnce.test(path)) return readFileSync(path, 'utf8');
  return inMemory.test(path) ? readOnPool(path) : undefined;
}

/** Undefined for other folders. */
export const listProcFolder = (path: string): string[] | undefined =>
  listedAtOnce.test(path) ? readdirSync(path) : undefined;

async function readOnPool(path: string): Promise<string> {
  const descriptor = openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(mostBytes);
    const length = await callOnPool<number>((done) => read(descriptor, buffer, 0, mostBytes, null, done));
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
