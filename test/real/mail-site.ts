// A site that mails: snapshots as a test wants them, whole runs of send-alerts, and time that passes.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { stateFile } from '../../lib/alerts/files.ts';
import { latest } from '../../lib/snapshot/files.ts';
import { filesystem, ok, snapshotOf } from '../health/seen.ts';
import { root } from '../process.ts';
import { placesIn, readText } from '../world.ts';
import type { Received } from './mail-server.ts';

export interface Ended {
  readonly status: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly problems: readonly string[];
}

export interface MailSite {
  readonly folder: string;
  readonly state: string;
  readonly home: string;
  readonly environment: Record<string, string>;
  /** A snapshot of now: how full each disk is. */
  readonly look: (disks: Readonly<Record<string, number>>) => void;
  readonly run: (stage: string, more?: Running) => Promise<Ended>;
  /** All that is kept happened that much earlier. */
  readonly pass: (minutes: number) => void;
  readonly waiting: () => string[];
  readonly dead: () => string[];
  /** Every file of the alerts, also those in the runtime folder. */
  readonly files: () => string[];
  readonly runtime: string;
}

export interface Running {
  readonly environment?: Readonly<Record<string, string>>;
  /** Of Node, before the stage. */
  readonly options?: readonly string[];
  /** What the stage is run by: setpriv, or a shell that sets a umask. */
  readonly prefix?: readonly string[];
  readonly argv?: readonly string[];
  readonly started?: (pid: number) => void;
}

interface Settings {
  readonly configuration: string;
  /** Where state and snapshot lie, if not in the folder. */
  readonly state?: string;
}

export function mailSiteIn(folder: string, { configuration, state = join(folder, 'state') }: Settings): MailSite {
  const [config, home, run] = [join(folder, 'config.yaml'), join(folder, 'home'), join(folder, 'run')];
  mkdirSync(home, { recursive: true });
  // The snapshot is beside the state: a test that fills the state's disk goes on looking.
  const raw = join(folder, 'raw');
  writeFileSync(config, `site: test\nfiles: { state: ${state}, raw: ${raw} }\n${configuration}\n`);
  const environment: Record<string, string> = {};
  const places = { ...placesIn(folder), state, raw };
  const alerts = dirname(stateFile.path(places, new Date()));
  const runtime = join(run, 'ops-monitor');
  const spare = join(runtime, 'spare', alerts);
  const namesIn = (path: string): string[] =>
    existsSync(path) ? readdirSync(path).filter((name) => name.endsWith('.json')) : [];
  const filesIn = (path: string): string[] =>
    existsSync(path)
      ? readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name))
      : [];
  return {
    folder,
    state,
    home,
    environment,
    runtime,
    look: (disks) => {
      const path = latest.path(places, new Date());
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, JSON.stringify(snapshotOfDisks(disks)));
    },
    run: (stage, more = {}) =>
      ended(
        [...(more.prefix ?? []), process.execPath, ...(more.options ?? [])],
        [join(root, 'dist', `${stage}.cjs`), '--config', config, ...(more.argv ?? [])],
        {
          PATH: '/usr/bin:/bin',
          HOME: home,
          XDG_CACHE_HOME: join(folder, 'cache'),
          XDG_RUNTIME_DIR: run,
          ...environment,
          ...more.environment,
        },
        more.started,
      ),
    pass: (minutes) => {
      for (const path of [...filesIn(alerts), ...filesIn(spare)].filter((name) => name.endsWith('.json')))
        if (isWritable(path)) rewrite(path, earlier(readText(path), minutes));
    },
    waiting: () => [...new Set([...namesIn(join(alerts, 'outbox')), ...namesIn(join(spare, 'outbox'))])],
    dead: () => namesIn(join(alerts, 'outbox', 'dead')),
    files: () => [...filesIn(alerts), ...filesIn(spare)],
  };
}

async function ended(
  [program = '', ...options]: readonly string[],
  argv: readonly string[],
  env: Record<string, string>,
  started: (pid: number) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(program, [...options, ...argv], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  started(child.pid ?? 0);
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (printed[name] += text));
  const [status, signal] = (await once(child, 'close')) as [number | null, string | null];
  const last = printed.stderr
    .trim()
    .split('\n')
    .findLast((line) => line.startsWith('{'));
  const { problems = [] } = JSON.parse(last ?? '{}') as { problems?: string[] };
  return { status, signal, ...printed, problems };
}

function snapshotOfDisks(disks: Readonly<Record<string, number>>): object {
  const time = new Date().toISOString();
  const items = Object.entries(disks).map(([name, used_percent]) => {
    const [path, used] = [`/${name}`, { used_bytes: used_percent, available_bytes: 100 - used_percent, used_percent }];
    return [name, ok(filesystem({ path, resolved_path: path, mount_point: path, size_bytes: 100, ...used }), time)];
  });
  return snapshotOf(time, { filesystems: ok(Object.fromEntries(items), time) });
}

/** Not on a disk that is read-only. */
function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Of two copies the later one counts: it stays so. */
function rewrite(path: string, text: string): void {
  const { atime, mtime } = statSync(path);
  writeFileSync(path, text);
  utimesSync(path, atime, mtime);
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** But for what is owed: a mail that is not written yet has its id from when its news was seen. */
function earlier(text: string, minutes: number): string {
  const shifted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shifted);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [key, key === 'owed' ? inner : shifted(inner)]),
      );
    if (typeof value !== 'string' || !instant.test(value)) return value;
    return new Date(Date.parse(value) - minutes * 60_000).toISOString();
  };
  return JSON.stringify(shifted(JSON.parse(text)));
}

export interface Arrival {
  readonly message_id: string;
  /** To whom it came, and what it tells of: `anna ALERT storage:data`. */
  readonly news: string;
}

/** One for each recipient and alert that a mail tells of. */
export function arrivalsOf(received: readonly Received[]): Arrival[] {
  return received.flatMap(({ to, raw }) => {
    const message_id = /^Message-ID: (\S+)/im.exec(raw)?.[1] ?? '';
    const told = [...raw.matchAll(/^(ALERT|STILL|OK) {2}(\S+)\r$/gm)].map(([, kind, id]) => `${kind} ${id}`);
    return to.flatMap((address) => told.map((one) => ({ message_id, news: `${address.split('@')[0]} ${one}` })));
  });
}

/** How often each came, and under how many ids. */
export function tallyOf(arrivals: readonly Arrival[]): Record<string, { times: number; ids: number }> {
  const found = new Map<string, string[]>();
  for (const { news, message_id } of arrivals) found.set(news, [...(found.get(news) ?? []), message_id]);
  return Object.fromEntries(
    [...found]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([news, ids]) => [news, { times: ids.length, ids: new Set(ids).size }]),
  );
}

export const modesOf = (files: readonly string[]): string[] =>
  [...new Set(files.map((path) => (statSync(path).mode & 0o777).toString(8)))].sort();
