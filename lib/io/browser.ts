// Opens a page in the browser of the person who sits at this machine.
import { spawn } from 'node:child_process';
import { childVariables, pickVariables } from './variables.ts';

/** Variables by which a desktop's programs find the desktop. */
const desktop = ['HOME', 'DISPLAY', 'WAYLAND_DISPLAY', 'XAUTHORITY', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'];

/** Without a desktop nothing opens: the address was printed. */
export function openBrowser(address: string, onProblem: (problem: string) => void): void {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const env = childVariables(pickVariables(desktop));
  const child = spawn(opener, [address], { stdio: 'ignore', detached: true, env });
  child.on('error', (error) => onProblem(`${opener} failed: ${error.message}`));
  child.unref();
}
