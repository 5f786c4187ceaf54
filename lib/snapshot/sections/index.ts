// All sections of the snapshot, by their names on disk.
import type { ReadableOf } from '../../contract/registry.ts';
import { checkouts } from './checkouts.ts';
import { clock } from './clock.ts';
import { endpoints } from './endpoints.ts';
import { filesystems } from './filesystems.ts';
import { fleet } from './fleet.ts';
import { gates } from './gates.ts';
import { gpus } from './gpus.ts';
import { host } from './host.ts';
import { hosts } from './hosts.ts';
import { metrics } from './metrics.ts';
import { mirrors } from './mirrors.ts';
import { plugins } from './plugins.ts';
import { power } from './power.ts';
import { services } from './services.ts';
import { streams } from './streams.ts';
import { systemd } from './systemd.ts';
import { watchdog } from './watchdog.ts';
import { workspace } from './workspace.ts';

export const sections = {
  hosts,
  filesystems,
  workspace,
  streams,
  mirrors,
  power,
  gpus,
  gates,
  plugins,
  metrics,
  services,
  watchdog,
  fleet,
  endpoints,
  checkouts,
  host,
  clock,
  systemd,
};

export type Readable = ReadableOf<typeof sections>;
