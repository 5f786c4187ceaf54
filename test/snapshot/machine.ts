// This machine as the host of a probe, for probes that are tested against real files, programs and servers.
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Host } from '../../lib/contract/host.ts';
import { localHostOpener } from '../../lib/io/localhost.ts';

export const localHost = (folder: string, signal = new AbortController().signal): Host =>
  localHostOpener({ notes: join(folder, 'notes'), userAgent: 'ops-monitor/test' })(signal);

/** The same, and the commands and the listed folders that a probe asked for. */
export function recordedHost(folder: string): { host: Host; asked: string[] } {
  const host = localHost(folder);
  const asked: string[] = [];
  const record = <Answer>(what: string, answer: Answer): Answer => {
    asked.push(what);
    return answer;
  };
  return {
    asked,
    host: {
      ...host,
      run: (argv, options) => record(argv.join(' '), host.run(argv, options)),
      list: (path) => record(`list ${path}`, host.list(path)),
    },
  };
}

export function writeModified(path: string, text: string, modified: Date): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  utimesSync(path, modified, modified);
}
