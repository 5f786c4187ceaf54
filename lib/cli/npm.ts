// Two things differ when npm starts us: the command line to show to the user, and the options, of which npm keeps some.
import { shellWord } from '../core/harmless.ts';
import { join } from '../core/path.ts';
import { escapePattern } from '../core/text.ts';
import { readIfThere } from '../io/files.ts';

/** Names of scripts in package.json. */
const ourScripts = ['ops-monitor', 'start', 'demo'];

const script = (): string => process.env['npm_lifecycle_event'] ?? '';

/** How the user calls the product: by npx in a checkout (it passes every option on), else by its name on the PATH. */
export const commandPrefix = (): string =>
  [...ourScripts, 'npx'].includes(script()) ? 'npx ops-monitor' : 'ops-monitor';

/** Makes the command line for some words. `config` is the path that the user gave by --config, if one. */
export const commandIn =
  (config: string | undefined) =>
  (words: string): string =>
    [commandPrefix(), words, ...(config === undefined ? [] : ['--config', shellWord(config)])].join(' ');

/** Our options that npm kept: in `npm run ops-monitor collect-snapshot --dry-run` npm takes --dry-run, and we would write. */
export function keptByNpm(options: readonly string[]): string[] {
  if (!ourScripts.includes(script())) return [];
  return options.filter((option) => {
    const value = process.env[`npm_config_${option.replaceAll('-', '_')}`] ?? '';
    return value !== '' && !isInNpmrc(option);
  });
}

/** npm sets the same variable for a key in .npmrc, such as `json = true`: that is not an option of ours. */
function isInNpmrc(option: string): boolean {
  const { npm_config_userconfig, npm_config_globalconfig, npm_config_local_prefix } = process.env;
  const ofProject = npm_config_local_prefix && join(npm_config_local_prefix, '.npmrc');
  const line = new RegExp(`^\\s*${escapePattern(option)}\\s*(=|$)`, 'm');
  return [npm_config_userconfig, npm_config_globalconfig, ofProject].some((path) => {
    try {
      return path !== undefined && line.test(readIfThere(path) ?? '');
    } catch {
      return false; // unreadable for us, so for npm too
    }
  });
}
