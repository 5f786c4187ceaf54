import { flatten } from '../lib/archive/flatten.ts';
import { checks, sections } from '../lib/config/registry.ts';
import { main } from '../lib/cli/main.ts';
import { currentHealth } from '../lib/health/current.ts';
import { monitorChecks } from '../lib/health/monitor.ts';
import { storeFiles } from '../lib/io/store.ts';
import { buildDashboard } from '../lib/page/build-dashboard.ts';

main(buildDashboard({ sections, checks, monitorChecks }, storeFiles, currentHealth, flatten));
