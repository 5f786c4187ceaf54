// All sources, in the order in which they are believed where two know the same sensor.
import type { Source } from '../read-sources.ts';
import { hwmon } from './hwmon.ts';
import { nvme } from './nvme.ts';
import { sensors } from './sensors.ts';
import { zones } from './thermal_zone.ts';

export const sources: readonly Source[] = [hwmon, sensors, nvme, zones];
