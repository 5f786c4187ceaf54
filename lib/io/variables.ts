// The variables that other programs are given, by name: never our whole environment, in which passwords and addresses with
// tokens may stand.
import type { Variables } from '../contract/program.ts';

/** Where a shell or a unit finds programs, and where Debian keeps those that cron and some shells do not look for. */
export const searchPath = (path = process.env['PATH']): string =>
  `${path || '/usr/local/bin:/usr/bin:/bin'}:/usr/sbin:/sbin`;

/** The locale is fixed because the output is parsed. */
export const childVariables = (more: Variables = {}): Record<string, string | undefined> => ({
  PATH: searchPath(),
  LC_ALL: 'C',
  ...more,
});

export const pickVariables = (names: readonly string[], from: Variables = process.env): Variables =>
  Object.fromEntries(names.map((name) => [name, from[name]]));
