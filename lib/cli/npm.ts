// npm between a person and us: how the next command line begins, and which of our options npm took for its own.
import { join } from '../core/path.ts';
import { escapePattern } from '../core/text.ts';
import { readIfThere } from '../io/files.ts';

/** Of package.json. */
const ourScripts = ['ops-monitor', 'start', 'demo'];

const script = (): string => process.env['npm_lifecycle_event'] ?? '';

/** In a checkout npx finds us and hands every option on; elsewhere we are on the PATH. */
export const calledAs = (): string => ([...ourScripts, 'npx'].includes(script()) ? 'npx ops-monitor' : 'ops-monitor');

/** `npm run ops-monitor collect-snapshot --dry-run` says `--dry-run` to npm, and nothing to us: it would write. */
export function keptByNpm(options: readonly string[]): string[] {
  if (!ourScripts.includes(script())) return [];
  return options.filter((option) => {
    const value = process.env[`npm_config_${option.replaceAll('-', '_')}`] ?? '';
    return value !== '' && !isInNpmrc(option);
  });
}

/** npm tells of what stands there in the same way: `json = true`, for its own lists. */
function isInNpmrc(option: string): boolean {
  const { npm_config_userconfig, npm_config_globalconfig, npm_config_local_prefix } = process.env;
  const ofProject = npm_config_local_prefix && join(npm_config_local_prefix, '.npmrc');
  const line = new RegExp(`^\\s*${escapePattern(option)}\\s*(=|$)`, 'm');
  return [npm_config_userconfig, npm_config_globalconfig, ofProject].some((path) => {
    try {
      return path !== undefined && line.test(readIfThere(path) ?? '');
    } catch {
      return false; // not ours to read: nor npm's
    }
  });
}
