// Real objects for the simulated site of the demo: a folder, files with given sizes and times, and a web page.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Usage } from '../contract/errors.ts';
import { makeFolder } from './files.ts';

/** A folder that contains this file was made by an earlier demo, and may be emptied. */
const marker = 'ops-monitor-demo.txt';

/** Returns a new temporary folder, or the one asked for, which must be new, empty or of an earlier demo; empties it. */
export function takeDemoFolder(asked: string | undefined): string {
  const folder = asked === undefined ? mkdtempSync(join(tmpdir(), 'ops-monitor-demo-')) : resolve(asked);
  const entries = existsSync(folder) ? readdirSync(folder) : [];
  if (entries.length > 0 && !entries.includes(marker))
    throw new Usage(`${folder} is not empty, and no demo was there before: name another folder`);
  for (const entry of entries) if (entry !== marker) removeTree(join(folder, entry));
  makeFolder(folder);
  placeFile(join(folder, marker), 'Made by the demo of ops-monitor. The next demo in this folder removes all of it.\n');
  return folder;
}

export const removeTree = (path: string): void => rmSync(path, { recursive: true, force: true });

export function placeFile(path: string, content: string | Uint8Array): void {
  makeFolder(dirname(path));
  writeFileSync(path, content);
}

export type FilePool = ReturnType<typeof filePool>;

/** Files without content that are reused: on ext4, creating a file takes thirty times as long as renaming one. */
export function filePool(folder: string) {
  const spare: string[] = [];
  let placed: string[] = [];
  makeFolder(folder);
  return {
    place: (path: string, bytes: number, modifiedMs: number) => {
      makeFolder(dirname(path));
      const used = spare.pop();
      if (used === undefined) writeFileSync(path, '');
      else renameSync(used, path);
      truncateSync(path, bytes);
      utimesSync(path, modifiedMs / 1000, modifiedMs / 1000);
      placed.push(path);
    },
    /** Moves all placed files back into the pool. */
    takeBack: () => {
      for (const path of placed) {
        const kept = join(folder, String(spare.length));
        renameSync(path, kept);
        spare.push(kept);
      }
      placed = [];
    },
  };
}

/** Serves a page on a free port of the loopback; `answer` is called at each request. */
export async function servePage(answer: () => { status: number; ms: number }) {
  const server = createServer((_request, response) => {
    const { status, ms } = answer();
    setTimeout(() => response.writeHead(status).end(`status ${status}\n`), ms);
  });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed).listen(0, '127.0.0.1', listening);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
