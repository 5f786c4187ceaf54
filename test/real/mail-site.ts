// A site that sends mail: snapshots of given disk usages, whole runs of send-alerts, and simulated passing of time.
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
import { type Ended as EndedProcess, root, runBeside } from '../process.ts';
import { placesIn, readText } from '../world.ts';
import type { Received } from './mail-server.ts';

export interface Ended extends EndedProcess {
  readonly problems: readonly string[];
}

export type MailSite = ReturnType<typeof mailSiteIn>;

export interface Running {
  readonly environment?: Readonly<Record<string, string>>;
  /** Options of Node. */
  readonly options?: readonly string[];
  /** The command that runs the stage: setpriv, or a shell that sets a umask. */
  readonly prefix?: readonly string[];
  readonly argv?: readonly string[];
  readonly started?: (pid: number) => void;
}

interface Settings {
  readonly configuration: string;
  /** Where state and snapshot lie, if not in the folder. */
  readonly state?: string;
}

export function mailSiteIn(folder: string, { configuration, state = join(folder, 'state') }: Settings) {
  const [config, home, run] = [join(folder, 'config.yaml'), join(folder, 'home'), join(folder, 'run')];
  mkdirSync(home, { recursive: true });
  // The snapshot is outside of the state: a test that fills the state's disk can write further snapshots.
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
    /** Mails leave by SMTP to this port from now on. */
    sendTo: (port: number, more: Readonly<Record<string, string>> = {}): void =>
      void Object.assign(environment, {
        OPS_ALERT_TRANSPORT: 'smtp',
        OPS_ALERT_SMTP_HOST: '127.0.0.1',
        OPS_ALERT_SMTP_PORT: String(port),
        ...more,
      }),
    /** Writes the file that msmtp reads, with these lines after the server's. */
    writeMsmtprc: (port: number, lines: string): void =>
      writeFileSync(join(home, '.msmtprc'), `account default\nhost 127.0.0.1\nport ${port}\n${lines}\n`, {
        mode: 0o600,
      }),
    /** Writes a snapshot of now with the usage of each disk in percent. */
    look: (disks: Readonly<Record<string, number>>): void => {
      const path = latest.path(places, new Date());
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, JSON.stringify(snapshotOfDisks(disks)));
    },
    run: (stage: string, more: Running = {}): Promise<Ended> =>
      runStage(
        [
          ...(more.prefix ?? []),
          process.execPath,
          ...(more.options ?? []),
          join(root, 'dist', `${stage}.cjs`),
          '--config',
          config,
          ...(more.argv ?? []),
        ],
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
    /** Moves all times in the kept files back: the minutes have passed. */
    pass: (minutes: number): void => {
      for (const path of [...filesIn(alerts), ...filesIn(spare)].filter((name) => name.endsWith('.json')))
        if (isWritable(path)) rewrite(path, earlier(readText(path), minutes));
    },
    waiting: () => [...new Set([...namesIn(join(alerts, 'outbox')), ...namesIn(join(spare, 'outbox'))])],
    dead: () => namesIn(join(alerts, 'outbox', 'dead')),
    /** Every file of the alerts, also those in the runtime folder. */
    files: () => [...filesIn(alerts), ...filesIn(spare)],
  };
}

async function runStage(...given: Parameters<typeof runBeside>): Promise<Ended> {
  const ended = await runBeside(...given);
  const last = ended.stderr
    .trim()
    .split('\n')
    .findLast((line) => line.startsWith('{'));
  const { problems = [] } = JSON.parse(last ?? '{}') as { problems?: string[] };
  return { ...ended, problems };
}

function snapshotOfDisks(disks: Readonly<Record<string, number>>): object {
  const time = new Date().toISOString();
  const items = Object.entries(disks).map(([name, used_percent]) => {
    const [path, used] = [`/${name}`, { used_bytes: used_percent, available_bytes: 100 - used_percent, used_percent }];
    return [name, ok(filesystem({ path, resolved_path: path, mount_point: path, size_bytes: 100, ...used }), time)];
  });
  return snapshotOf(time, { filesystems: ok(Object.fromEntries(items), time) });
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Keeps the modification time: of two copies of a file the later one counts. */
function rewrite(path: string, text: string): void {
  const { atime, mtime } = statSync(path);
  writeFileSync(path, text);
  utimesSync(path, atime, mtime);
}

const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Leaves what is owed as it is: a mail has its id from the time when its alerts were evaluated, and its entry a checksum. */
function earlier(text: string, minutes: number): string {
  const shifted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(shifted);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([key, inner]) => [
          key,
          ['owed', 'mails', 'composed_at'].includes(key) ? inner : shifted(inner),
        ]),
      );
    if (typeof value !== 'string' || !instant.test(value)) return value;
    return new Date(Date.parse(value) - minutes * 60_000).toISOString();
  };
  return JSON.stringify(shifted(JSON.parse(text)));
}

export interface Arrival {
  readonly message_id: string;
  /** Recipient, kind and alert: `anna ALERT storage:data`. */
  readonly news: string;
}

/** An arrival for each recipient and each alert in a mail. */
export function arrivalsOf(received: readonly Received[]): Arrival[] {
  return received.flatMap(({ to, raw }) => {
    const message_id = /^Message-ID: (\S+)/im.exec(raw)?.[1] ?? '';
    const told = [...raw.matchAll(/^(ALERT|STILL|OK) {2}(\S+)\r$/gm)].map(([, kind, id]) => `${kind} ${id}`);
    return to.flatMap((address) => told.map((one) => ({ message_id, news: `${address.split('@')[0]} ${one}` })));
  });
}

/** How often each news arrived, and under how many message ids. */
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
