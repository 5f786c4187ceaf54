// Judges the core's registry: what send-alerts is handed, so that it needs no health file.
import type { Judge } from '../alerts/send.ts';
import { checks, sections } from '../config/registry.ts';
import type { Configuration } from '../config/schema.ts';
import { judgeSite } from '../health/judge.ts';

export const judge: Judge<Configuration> = (known, config, at) => judgeSite({ sections, checks }, known, config, at);
