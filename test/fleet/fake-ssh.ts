// An `ssh` that runs the command here, where `ops-monitor` prints a file: for what ssh itself has no part in.
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readText } from '../world.ts';

export interface FakeSsh {
  /** The folder of the programs, for the beginning of PATH. */
  readonly bin: string;
  /** What a destination prints; undefined where nothing answers. */
  readonly setReport: (target: string, report: string | undefined) => void;
  /** The arguments of each call, a line each. */
  readonly calls: () => readonly string[];
}

export function makeFakeSsh(folder: string): FakeSsh {
  const [bin, reports] = [join(folder, 'ssh-bin'), join(folder, 'reports')];
  const calls = join(folder, 'ssh-calls');
  for (const each of [bin, reports]) mkdirSync(each);
  const programs = {
    ssh: `echo "$*" >>"${calls}"
while [ "$1" != -- ]; do shift; done
if [ ! -e "${reports}/$2" ]; then echo "ssh: connect to host $2 port 22: Connection refused" >&2; exit 255; fi
TARGET=$2 exec sh -c "$3"`,
    sudo: 'shift; exec "$@"',
    'ops-monitor': `exec cat "${reports}/$TARGET"`,
  };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return {
    bin,
    setReport: (target, report) => {
      const file = join(reports, target);
      if (report === undefined) rmSync(file, { force: true });
      else writeFileSync(file, report);
    },
    calls: () => (existsSync(calls) ? readText(calls).split('\n').slice(0, -1) : []),
  };
}
