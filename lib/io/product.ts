// Version and build id. The build writes the id into each bundle. Run from source there is none, and the effective
// configuration, which is cached by the build id, is not cached.
import manifest from '../../package.json' with { type: 'json' };

declare const OPS_MONITOR_BUILD: string | undefined;

export const product = {
  version: manifest.version,
  build: typeof OPS_MONITOR_BUILD === 'undefined' ? undefined : OPS_MONITOR_BUILD,
};
