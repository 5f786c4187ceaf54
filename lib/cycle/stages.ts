// All stages of the two timers, ordered so that each finds the files it reads: `run-cycle` runs them in one go.
import { checks, sections } from '../config/registry.ts';
import type { Configuration } from '../config/schema.ts';
import type { Stage } from '../contract/stage.ts';
import type { StoreFiles } from '../contract/store.ts';
import type { Post } from '../alerts/post.ts';
import { policies } from '../alerts/policies.ts';
import { sendAlerts } from '../alerts/send.ts';
import { appendZarr } from '../archive/append.ts';
import { flatten } from '../archive/flatten.ts';
import { confirmCycle } from '../confirm/confirm.ts';
import { assessHealth } from '../health/assess.ts';
import { currentHealth } from '../health/current.ts';
import { monitorChecks } from '../health/monitor.ts';
import { buildDashboard } from '../page/build-dashboard.ts';
import { drawQuicklooks } from '../pictures/draw.ts';
import { writeReport } from '../report/report.ts';
import { oldFiles } from '../io/old-files.ts';
import { storeFiles } from '../io/store.ts';
import { pruneFiles } from '../retention/prune.ts';
import { collectSnapshot } from '../snapshot/collect.ts';
import { judge } from './judge.ts';
import { openNet } from './net.ts';
import { post } from './post.ts';
import { pruned, written } from './written.ts';

/** The stages that the demo runs for each cycle of simulated time. confirm-cycle is not among them: there the files' ages do not match the clock. */
export const stagesWith = (files: StoreFiles, mail: Post): readonly Stage<Configuration>[] => [
  collectSnapshot,
  assessHealth({ sections, checks }),
  writeReport(sections, currentHealth),
  appendZarr(sections, files),
  sendAlerts<Configuration>(mail, judge, sections),
];

export const drawPictures: Stage<Configuration> = drawQuicklooks({
  registry: { sections, checks, monitorChecks },
  policies,
  files: storeFiles,
  renderPng: async () => (await import('../io/png.ts')).renderPng,
});

export const stages: readonly Stage<Configuration>[] = [
  ...stagesWith(storeFiles, post),
  drawPictures,
  buildDashboard({ sections, checks, monitorChecks }, storeFiles, currentHealth, flatten),
  pruneFiles(pruned, oldFiles),
  confirmCycle(written, openNet),
];
