// Which build this is. A bundle has its build id written in; from source there is none, and nothing is cached by it.
import manifest from '../../package.json' with { type: 'json' };

declare const OPS_MONITOR_BUILD: string | undefined;

export const product = {
  version: manifest.version,
  build: typeof OPS_MONITOR_BUILD === 'undefined' ? undefined : OPS_MONITOR_BUILD,
};
