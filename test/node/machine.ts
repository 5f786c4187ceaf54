// A machine of literals for the probes of the report on a node: files, folders, outputs of programs, answers of URLs.
import { codedError, NoAnswer, NotInstalled } from '../../lib/contract/errors.ts';
import type { Completed, FilesystemStat, Host, UrlReply } from '../../lib/contract/host.ts';
import { type Readings, runProbes } from '../../lib/engine/probes.ts';
import { nodeProbes } from '../../lib/node/probes/index.ts';
import { nodeSections } from '../../lib/node/sections/index.ts';
import { reportOf } from '../../lib/node/report.ts';
import { hostOf } from '../host.ts';
import { configurationOf, placesIn } from '../world.ts';

export interface Machine {
  readonly files: Readonly<Record<string, string>>;
  /** By the words of the command. */
  readonly programs: Readonly<Record<string, Partial<Completed>>>;
  readonly urls?: Readonly<Record<string, UrlReply>>;
  readonly disk?: FilesystemStat;
  /** By `host:port`, or by the path of a socket: what is sent → the reply. */
  readonly conversations?: Readonly<Record<string, (sent: string) => string>>;
  /** By `TYPE name`. */
  readonly names?: Readonly<Record<string, readonly string[]>>;
}

/** A reply with this JSON. */
export const json = (value: unknown, status = 200): UrlReply => ({
  response_ms: 1,
  status,
  body: typeof value === 'string' ? value : JSON.stringify(value),
});

/** What `systemctl list-units` prints. */
export const unitList = (...units: readonly string[]): Partial<Completed> => ({
  stdout: `${units.map((unit) => `  ${unit}  The words of the unit\n`).join('')}\n${units.length} loaded units listed.\n`,
});
export const listUnits = 'systemctl list-units --all --plain --full --no-pager';

/** /proc/PID/stat. */
export const stat = (pid: number, parent: number, state = 'S', flags = 0, name = 'x'): string =>
  `${pid} (${name}) ${state} ${parent} 1 1 0 -1 ${flags} 0 0 0 0 0 0 0 0 20 0 1 0 500 0 0 0`;

/** A machine without systemd on which these programs run: name → ports where it listens on the loopback address. */
export function running(programs: Readonly<Record<string, readonly number[]>>): Machine {
  const all = Object.entries(programs).map(([name, ports], index) => ({ name, ports, pid: 100 + index }));
  return {
    files: {
      '/proc/uptime': '100000.00 1.00\n',
      ...Object.fromEntries(
        [...all, { name: 'init', pid: 1 }].map(({ name, pid }) => [`/proc/${pid}/stat`, stat(pid, 1, 'S', 0, name)]),
      ),
    },
    programs: {
      'ss -H -ltnup': {
        stdout: all
          .flatMap(({ name, ports, pid }) =>
            ports.map((port) => `tcp LISTEN 0 9 127.0.0.1:${port} 0.0.0.0:* users:(("${name}",pid=${pid},fd=4))\n`),
          )
          .join(''),
      },
    },
  };
}

function openMachine({ files, programs, urls = {}, disk, conversations = {}, names = {} }: Machine): Host {
  const missing = (path: string): Error => codedError('ENOENT', `ENOENT: no such file or directory, open '${path}'`);
  return hostOf({
    readText: async (path) => {
      const text = files[path];
      if (text === undefined) throw missing(path);
      if (text === 'denied') throw codedError('EACCES', `EACCES: permission denied, open '${path}'`);
      return text;
    },
    readBytes: async (path) => {
      const text = files[path];
      if (text === undefined) throw missing(path);
      if (text === 'denied') throw codedError('EACCES', `EACCES: permission denied, open '${path}'`);
      return Buffer.from(text, 'latin1');
    },
    list: async (folder) => {
      const found = [
        ...new Set(
          Object.keys(files).flatMap((file) =>
            file.startsWith(`${folder}/`) ? (file.slice(folder.length + 1).split('/')[0] ?? '') : [],
          ),
        ),
      ];
      if (found.length === 0) throw missing(folder);
      return found;
    },
    stat: async (path) => {
      if (!(path in files)) throw missing(path);
      if (files[path] === 'denied') throw codedError('EACCES', `EACCES: permission denied, lstat '${path}'`);
      const target = path.includes('/ns/') ? { target: files[path] ?? '' } : {};
      return { kind: 'folder', size_bytes: 0, modified_at: '2026-11-20T00:00:00.000Z', permissions: '600', ...target };
    },
    realpath: async (path) => {
      if (!(path in files)) throw missing(path);
      return path;
    },
    ...(disk ? { statfs: async () => disk } : {}),
    run: async (argv) => {
      const answer = programs[argv.join(' ')];
      if (!answer) throw new NotInstalled(`${argv[0]} is not installed (ENOENT)`);
      return { exit_code: 0, stdout: '', stderr: '', ...answer };
    },
    get: async (url) => urls[url] ?? { response_ms: 1, error: 'no answer within 3s' },
    converse: async ({ with: peer, send, cookie, isWhole }) => {
      const where = 'path' in peer ? peer.path : `${peer.host}:${peer.port}`;
      const answer = conversations[where];
      if (!answer) throw new NoAnswer(`${where}: the connection is refused: nothing listens there`);
      const sent = (value: string): string => (typeof send === 'string' ? send : send(value));
      // The challenge itself is tried in test/io/converse.test.ts.
      const reply = cookie
        ? `250 AUTHCHALLENGE\r\n${answer(sent(`proof-of-${Buffer.from(cookie).toString('hex')}`))}`
        : answer(sent('the-secret'));
      if (!isWhole(reply)) throw new NoAnswer(`${where}: only ${reply.length} bytes of an answer within 3s`);
      return reply;
    },
    resolve: async ({ name, type, server }) => {
      const found = names[`${type} ${name}`];
      if (!found) throw new Error(`${type} of ${name}, asked of ${server ?? 'nobody'}: no answer`);
      return found;
    },
  });
}

export const at = new Date('2026-11-21T10:00:00Z');

interface Circumstances {
  readonly previous?: Readings;
  readonly bootId?: string;
  /** Configuration. */
  readonly node?: string;
  readonly now?: Date;
}

/** The report on a machine, and the readings that the next report gets. */
export async function reportOn(
  machine: Machine,
  { previous = {}, bootId = 'one', node = '', now = at }: Circumstances = {},
) {
  const { sections, readings } = await runProbes({
    probes: nodeProbes,
    config: configurationOf(node),
    places: placesIn('/state'),
    bootId,
    previous,
    now: () => now,
    monotonicMs: () => 0,
    openHost: (_name, signal) => ({ ...openMachine(machine), signal }),
    timeoutMs: 5000,
    budgetMs: 60_000,
    width: 64,
  });
  const about = { timestamp: now.toISOString(), hostname: 'node1', version: '1.0.0', collect_ms: 5 };
  const report = reportOf(nodeSections, sections, about);
  return { report, sections, readings };
}

/** Of one section of the report: its fields that are not null, and why others are. */
export async function sectionOn(name: string, machine: Machine, circumstances: Circumstances = {}) {
  const { report, readings } = await reportOn(machine, circumstances);
  const { [name]: section, errors, absent } = report;
  const why = (all: typeof errors): string[] =>
    all.flatMap(({ section: one, part, reason }) =>
      one === name ? [part === undefined ? reason : `${part}: ${reason}`] : [],
    );
  const fields = Object.entries((section ?? {}) as Record<string, unknown>).filter(([, value]) => value !== null);
  return { fields: Object.fromEntries(fields), errors: why(errors), absent: why(absent), readings };
}
