// Reads the ssh_config of the user who started the program.
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from '../core/path.ts';
import { readUnlinked, unlessFailing } from './files.ts';

/** Empty where there is none. With `sudo -E` the home is that of another user, into which root's rights must not look. */
export function readOwnSshConfig(): string {
  const home = unlessFailing(() => homedir());
  const isOwn = home !== undefined && unlessFailing(() => statSync(home).uid) === process.getuid?.();
  return (isOwn && unlessFailing(() => readUnlinked(join(home, '.ssh', 'config')))) || '';
}
