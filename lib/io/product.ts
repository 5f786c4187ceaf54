// Version and build id. The build writes its id into a bundle; from source there is no id, and nothing is cached by it.
import manifest from '../../package.json' with { type: 'json' };

declare const OPS_MONITOR_BUILD: string | undefined;

export const product = {
  version: manifest.version,
  build: typeof OPS_MONITOR_BUILD === 'undefined' ? undefined : OPS_MONITOR_BUILD,
};
