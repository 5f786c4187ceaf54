// The stages of a cycle, in the order in which each finds what it reads.
import type { Configuration } from '../config/schema.ts';
import type { Stage } from '../contract/stage.ts';
import type { StoreFiles } from '../contract/store.ts';
import type { Post } from '../alerts/post.ts';
import { sendAlerts } from '../alerts/send.ts';
import { appendZarr } from '../archive/append.ts';
import { assessHealth } from '../health/assess.ts';
import { writeReport } from '../report/report.ts';
import { storeFiles } from '../io/store.ts';
import { collectSnapshot } from '../snapshot/collect.ts';
import { post } from './post.ts';

export const stagesWith = (files: StoreFiles, mail: Post): readonly Stage<Configuration>[] => [
  collectSnapshot,
  assessHealth,
  writeReport,
  appendZarr(files),
  sendAlerts(mail),
];

export const stages = stagesWith(storeFiles, post);
