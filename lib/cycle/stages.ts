// The stages of a cycle, in the order in which each finds what it reads.
import type { Configuration } from '../config/schema.ts';
import type { Stage } from '../contract/stage.ts';
import { assessHealth } from '../health/assess.ts';
import { writeReport } from '../report/report.ts';
import { collectSnapshot } from '../snapshot/collect.ts';

export const stages: readonly Stage<Configuration>[] = [collectSnapshot, assessHealth, writeReport];
