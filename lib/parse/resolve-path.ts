// Follows symbolic links step by step, so that a path can be told to lie on a mount without touching that mount.
import type { Host } from '../contract/host.ts';

const mostLinks = 40;

const wordsOf = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');

/** Stops before the first step for which `isBarrier` holds; `at` is that step. Without a barrier, `path` is resolved. */
export async function resolvePath(
  path: string,
  host: Pick<Host, 'stat'>,
  isBarrier: (step: string) => boolean,
): Promise<{ readonly path: string; readonly at?: string }> {
  let waiting = wordsOf(path);
  let resolved = '/';
  for (let followed = 0; waiting.length > 0;) {
    const [part = '', ...rest] = waiting;
    const next = part === '..' ? parentOf(resolved) : `${resolved === '/' ? '' : resolved}/${part}`;
    if (isBarrier(next)) return { path: [next, ...rest].join('/'), at: next };
    const { kind, target } = await host.stat(next);
    if (kind === 'link' && target !== undefined) {
      followed += 1;
      if (followed > mostLinks) throw new Error(`${path} is a loop of symbolic links`);
      if (target.startsWith('/')) resolved = '/';
      waiting = [...wordsOf(target), ...rest];
    } else {
      resolved = next;
      waiting = rest;
    }
  }
  return { path: resolved };
}

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';
