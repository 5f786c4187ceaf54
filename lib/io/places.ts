// Where things lie when the configuration does not say: systemd's folders in a unit, the XDG ones in a shell.
import { accessSync, constants } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Places } from '../contract/file.ts';

/** What `files:` in the configuration may say. */
export type ConfiguredPlaces = Partial<Record<'state' | 'raw' | 'quicklooks' | 'textfiles', string | undefined>>;

export function resolvePlaces(configured: ConfiguredPlaces): Places {
  const state = configured.state ?? fromEnvironment('STATE_DIRECTORY', 'XDG_STATE_HOME') ?? home('.local/state');
  return {
    state,
    raw: configured.raw ?? join(state, 'raw'),
    quicklooks: configured.quicklooks ?? join(state, 'quicklooks'),
    textfiles: configured.textfiles ?? join(state, 'textfiles'),
    runtime: runtimeFolder(state),
    cache: fromEnvironment('CACHE_DIRECTORY', 'XDG_CACHE_HOME') ?? home('.cache'),
  };
}

/** tmpfs wherever there is one that only we can write; without one, beside the state. */
function runtimeFolder(state: string): string {
  const given = fromEnvironment('RUNTIME_DIRECTORY', 'XDG_RUNTIME_DIR');
  if (given !== undefined) return given;
  const uid = process.getuid?.() ?? 0;
  if (uid === 0) return '/run/ops-monitor';
  return isWritable(`/run/user/${uid}`) ? `/run/user/${uid}/ops-monitor` : join(state, 'run');
}

/** systemd names the service's own folder (or several, by colons); XDG names one for all programs. */
function fromEnvironment(systemd: string, xdg: string): string | undefined {
  const own = process.env[systemd]?.split(':', 1)[0];
  if (own) return own;
  const shared = process.env[xdg];
  return shared && isAbsolute(shared) ? join(shared, 'ops-monitor') : undefined;
}

/** HOME may be unset (cron) or a folder that is not there (a service user): then a temporary one, by user. */
function home(below: string): string {
  const folder = homedir();
  if (isWritable(folder)) return join(folder, below, 'ops-monitor');
  return join(tmpdir(), `ops-monitor-${process.getuid?.() ?? 0}`, below);
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false; // not there or not ours: either way another folder is taken
  }
}
