// Default folders where the configuration names none: systemd's folders in a unit, the XDG folders in a shell.
import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { Usage } from '../contract/errors.ts';
import type { Places } from '../contract/file.ts';
import { join } from '../core/path.ts';
import { unlessFailing } from './files.ts';

/** The folders that `files:` in the configuration may set. */
type ConfiguredPlaces = Partial<
  Record<'state' | 'raw' | 'quicklooks' | 'textfiles' | 'monitoring', string | undefined>
>;

export function resolvePlaces(configured: ConfiguredPlaces): Places {
  const state = configured.state ?? fromEnvironment('STATE_DIRECTORY', 'XDG_STATE_HOME') ?? home('.local/state');
  return {
    state,
    raw: configured.raw ?? join(state, 'raw'),
    quicklooks: configured.quicklooks ?? join(state, 'quicklooks'),
    textfiles: configured.textfiles ?? join(state, 'textfiles'),
    monitoring: configured.monitoring ?? join(state, 'monitoring'),
    ...ownPlaces(state),
  };
}

/** The folders that depend on the user. */
export function ownPlaces(state: string): Pick<Places, 'runtime' | 'cache'> {
  return { runtime: runtimeFolder(state), cache: cacheFolder() };
}

export const cacheFolder = (): string => fromEnvironment('CACHE_DIRECTORY', 'XDG_CACHE_HOME') ?? home('.cache');

/** A folder on tmpfs that only we can write; where there is none, a folder in the state. */
function runtimeFolder(state: string): string {
  const given = fromEnvironment('RUNTIME_DIRECTORY', 'XDG_RUNTIME_DIR');
  if (given !== undefined) return given;
  const uid = process.getuid?.() ?? 0;
  // The service's own folder, also for a stage that somebody runs by hand.
  if (uid === 0 || isWritable('/run/ops-monitor')) return '/run/ops-monitor';
  return isWritable(`/run/user/${uid}`) ? `/run/user/${uid}/ops-monitor` : join(state, 'run');
}

/** systemd's variable names the service's own folder (or several, separated by colons), the XDG variable a shared one. */
function fromEnvironment(systemd: string, xdg: string): string | undefined {
  const own = process.env[systemd]?.split(':', 1)[0];
  if (own) return refuseKernelFiles(own);
  const shared = process.env[xdg];
  return shared && isAbsolute(shared) ? refuseKernelFiles(join(shared, 'ops-monitor')) : undefined;
}

function refuseKernelFiles(path: string): string {
  // No regular expression: compiling one costs a fiftieth of a process start.
  const isKernels = ['/proc', '/sys', '/dev'].some((folder) => path === folder || path.startsWith(`${folder}/`));
  if (isKernels && !path.startsWith('/dev/shm/'))
    throw new Usage(`${path} cannot hold our files: name a folder outside /proc, /sys and /dev`);
  return path;
}

/** HOME may be unset (cron), missing (a service user) or another user's (su): then a private temporary folder is used. */
function home(below: string): string {
  // A user id without an entry in passwd has no home folder, and homedir() throws.
  const folder = unlessFailing(() => process.getBuiltinModule('node:os').homedir());
  return folder !== undefined && isWritable(folder) ? join(folder, below, 'ops-monitor') : join(ownTemporary(), below);
}

/** Any user can make a folder in /tmp under a guessable name: only a folder that is ours alone is used. */
function ownTemporary(): string {
  const uid = process.getuid?.() ?? 0;
  const path = join(process.getBuiltinModule('node:os').tmpdir(), `ops-monitor-${uid}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
    throw new Usage(
      `${path}, used because there is no writable home, must belong to this user and be closed to others: set HOME or XDG_STATE_HOME, or \`files.state\` in the configuration`,
    );
  }
  return path;
}

/** False also where the folder is missing: the caller takes another folder. */
const isWritable = (folder: string): boolean =>
  unlessFailing(() => (accessSync(folder, constants.W_OK), true)) ?? false;
