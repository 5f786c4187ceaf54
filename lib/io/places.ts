// Where things lie when the configuration does not say: systemd's folders in a unit, the XDG ones in a shell.
import { accessSync, constants, lstatSync, mkdirSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { Usage } from '../contract/errors.ts';
import type { Places } from '../contract/file.ts';
import { join } from '../core/path.ts';

/** What `files:` in the configuration may say. */
type ConfiguredPlaces = Partial<Record<'state' | 'raw' | 'quicklooks' | 'textfiles', string | undefined>>;

export function resolvePlaces(configured: ConfiguredPlaces): Places {
  const state = configured.state ?? fromEnvironment('STATE_DIRECTORY', 'XDG_STATE_HOME') ?? home('.local/state');
  return {
    state,
    raw: configured.raw ?? join(state, 'raw'),
    quicklooks: configured.quicklooks ?? join(state, 'quicklooks'),
    textfiles: configured.textfiles ?? join(state, 'textfiles'),
    ...ownPlaces(state),
  };
}

/** Those that depend on who asks. */
export function ownPlaces(state: string): Pick<Places, 'runtime' | 'cache'> {
  return { runtime: runtimeFolder(state), cache: cacheFolder() };
}

export const cacheFolder = (): string => fromEnvironment('CACHE_DIRECTORY', 'XDG_CACHE_HOME') ?? home('.cache');

/** tmpfs wherever there is one that only we can write; without one, beside the state. */
function runtimeFolder(state: string): string {
  const given = fromEnvironment('RUNTIME_DIRECTORY', 'XDG_RUNTIME_DIR');
  if (given !== undefined) return given;
  const uid = process.getuid?.() ?? 0;
  // The service's own, also for who runs one of its stages by hand.
  if (uid === 0 || isWritable('/run/ops-monitor')) return '/run/ops-monitor';
  return isWritable(`/run/user/${uid}`) ? `/run/user/${uid}/ops-monitor` : join(state, 'run');
}

/** systemd names the service's own folder (or several, by colons); XDG names one for all programs. */
function fromEnvironment(systemd: string, xdg: string): string | undefined {
  const own = process.env[systemd]?.split(':', 1)[0];
  if (own) return refuseKernelFiles(own);
  const shared = process.env[xdg];
  return shared && isAbsolute(shared) ? refuseKernelFiles(join(shared, 'ops-monitor')) : undefined;
}

function refuseKernelFiles(path: string): string {
  // No pattern: compiling one is a fiftieth of a start.
  const isKernels = ['/proc', '/sys', '/dev'].some((folder) => path === folder || path.startsWith(`${folder}/`));
  if (isKernels && !path.startsWith('/dev/shm/')) throw new Usage(`${path} is no place for files`);
  return path;
}

/** HOME may be unset (cron), not there (a service user) or not ours (su): then a temporary folder, if it is ours alone. */
function home(below: string): string {
  const folder = homeFolder();
  return folder !== undefined && isWritable(folder) ? join(folder, below, 'ops-monitor') : join(ownTemporary(), below);
}

function homeFolder(): string | undefined {
  try {
    return process.getBuiltinModule('node:os').homedir();
  } catch {
    return undefined; // a user id without an entry in passwd has none
  }
}

/** Anybody may make a folder in /tmp under a name that can be guessed; one that is not ours is not trusted. */
function ownTemporary(): string {
  const uid = process.getuid?.() ?? 0;
  const path = join(process.getBuiltinModule('node:os').tmpdir(), `ops-monitor-${uid}`);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
    throw new Usage(
      `${path} is not ours alone: set HOME or XDG_STATE_HOME, or say \`files.state\` in the configuration`,
    );
  }
  return path;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false; // not there or not ours: either way another folder is taken
  }
}
