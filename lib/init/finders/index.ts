import { checkouts } from './checkouts.ts';
import { filesystems } from './filesystems.ts';
import { gpus } from './gpus.ts';
import { hosts } from './hosts.ts';
import { mail } from './mail.ts';
import { metrics } from './metrics.ts';
import { pages } from './pages.ts';
import { plugins } from './plugins.ts';
import { services } from './services.ts';
import { streams } from './streams.ts';
import { temperatures } from './temperatures.ts';

export const finders = [
  filesystems,
  services,
  pages,
  checkouts,
  streams,
  hosts,
  gpus,
  plugins,
  metrics,
  mail,
  temperatures,
] as const;
