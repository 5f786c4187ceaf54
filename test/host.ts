// A Host made of literals, for the test of one probe: a call without a literal fails with ENOENT.
import { codedError } from '../lib/contract/errors.ts';
import type { Host } from '../lib/contract/host.ts';

export function hostOf(parts: Partial<Host>): Host {
  const missing = (what: string) => (path: unknown) => {
    throw codedError('ENOENT', `ENOENT: ${what} ${JSON.stringify(path)} is not in this test`);
  };
  return {
    name: 'local',
    signal: new AbortController().signal,
    readText: async (path) => missing('readText')(path),
    readBytes: async (path) => missing('readBytes')(path),
    list: async (path) => missing('list')(path),
    stat: async (path) => missing('stat')(path),
    statfs: async (path) => missing('statfs')(path),
    realpath: async (path) => missing('realpath')(path),
    run: async (argv) => missing('run')(argv),
    hangs: async () => false,
    get: async (url) => missing('get')(url),
    ...parts,
  };
}
