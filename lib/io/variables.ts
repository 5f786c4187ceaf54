// Selects by name the environment variables that child processes get: our own environment may contain passwords and tokens.
import type { Variables } from '../contract/program.ts';

/** The PATH of a shell or a unit, and Debian's sbin folders, which the PATH of cron and of some shells lacks. */
export const searchPath = (path = process.env['PATH']): string =>
  `${path || '/usr/local/bin:/usr/bin:/bin'}:/usr/sbin:/sbin`;

/** The locale is fixed because the output is parsed. TRACEPARENT names the run that started the program, if it is traced. */
export const childVariables = (more: Variables = {}): Record<string, string | undefined> => ({
  PATH: searchPath(),
  LC_ALL: 'C',
  ...pickVariables(['TRACEPARENT']),
  ...more,
});

export const pickVariables = (names: readonly string[], from: Variables = process.env): Variables =>
  Object.fromEntries(names.map((name) => [name, from[name]]));

export const environmentVariable = (name: string): string | undefined => process.env[name];
