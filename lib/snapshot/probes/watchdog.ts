// Reads what watch-services last measured. After a few runs without a new measurement each service is unknown.
import { defineProbe } from '../define.ts';
import { watchdog as section } from '../sections/watchdog.ts';

export const watchdog = defineProbe({
  name: 'watchdog',
  summary: 'what watch-services last measured, and its alerts that go on',
  section,

  async items({ host, config, places, at }) {
    const names = Object.keys(config.watchdog.services);
    // Where the whole file is missing or damaged, that is one failed reading, not one for each service.
    if (names.length > 0) await (await import('../watched-services.ts')).readMeasured({ host: host(), places, at });
    return names;
  },

  async read({ host, config, places, item, at }) {
    const { describeService, readMeasured } = await import('../watched-services.ts');
    const latest = await readMeasured({ host: host(), places, at });
    return describeService(latest, item, { limits: config.watchdog.services[item]?.limits ?? {}, at });
  },
});
