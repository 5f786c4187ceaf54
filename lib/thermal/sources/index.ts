// All sources, most trusted first where two show the same sensor.
import type { Source } from '../read-sources.ts';
import { hwmon } from './hwmon.ts';
import { nvme } from './nvme.ts';
import { sensors } from './sensors.ts';
import { zones } from './thermal_zone.ts';

export const sources: readonly Source[] = [hwmon, sensors, nvme, zones];
