import { policies } from '../lib/alerts/policies.ts';
import { progressOf } from '../lib/cli/progress.ts';
import { checks, sections } from '../lib/config/registry.ts';
import { main } from '../lib/cli/main.ts';
import { monitorChecks } from '../lib/health/monitor.ts';
import { storeFiles } from '../lib/io/store.ts';
import { drawQuicklooks } from '../lib/pictures/draw.ts';

main(
  drawQuicklooks({
    registry: { sections, checks, monitorChecks },
    policies,
    files: storeFiles,
    renderPng: async () => (await import('../lib/io/png.ts')).renderPng,
    onProgress: progressOf('pictures'),
  }),
);
