// The judge that send-alerts is given: it judges the snapshot itself, and needs no health file.
import type { Judge } from '../alerts/evaluate.ts';
import { checks, sections } from '../config/registry.ts';
import type { Configuration } from '../config/schema.ts';
import { judgeSite } from '../health/judge.ts';

export const judge: Judge<Configuration> = (known, config, at) => judgeSite({ sections, checks }, known, config, at);
