// What the simulated site needs of the world: a folder of its own.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Usage } from '../contract/errors.ts';
import { makeFolder } from './files.ts';

/** By this a folder is known to be ours, to be emptied for the next time. */
const marker = 'ops-monitor-demo.txt';

/** A new temporary one, or the one that was asked for: new, empty, or of an earlier demo, of which nothing is kept. */
export function takeDemoFolder(asked: string | undefined): string {
  const folder = asked === undefined ? mkdtempSync(join(tmpdir(), 'ops-monitor-demo-')) : resolve(asked);
  const entries = existsSync(folder) ? readdirSync(folder) : [];
  if (entries.length > 0 && !entries.includes(marker))
    throw new Usage(`${folder} is not empty, and no demo was there before: name another folder`);
  for (const entry of entries) if (entry !== marker) rmSync(join(folder, entry), { recursive: true });
  makeFolder(folder);
  writeFileSync(
    join(folder, marker),
    'Made by the demo of ops-monitor. The next demo in this folder removes all of it.\n',
  );
  return folder;
}
