// Reads the verdicts of gates, such as whether the source's copy may be deleted or the products are complete. Other
// jobs decide them.
import { defineProbe } from '../../contract/probe.ts';
import { clockToleranceSeconds } from '../../core/time.ts';
import { ownFormat, parseGateSummary } from '../../parse/gate.ts';
import type { SnapshotConfig } from '../config.ts';
import { gates as section } from '../sections/gates.ts';

export const gates = defineProbe<typeof section.schema, SnapshotConfig>({
  name: 'gates',
  summary: 'verdict, counts and age of gates',
  section,

  items: async ({ config }) => Object.keys(config.gates),

  async read({ host: open, config, item, at }) {
    const configured = config.gates[item];
    if (!configured) throw new Error(`no gate ${item} is configured`);
    const { file, host, map } = configured;
    const summary = parseGateSummary(await open(host).readText(file), map ?? ownFormat);
    const age_seconds = Math.round((at.getTime() - Date.parse(summary.decided_at)) / 1000);
    if (age_seconds < -clockToleranceSeconds)
      throw new Error(`${file} was decided in the future (${summary.decided_at}): a clock is wrong`);
    return { file, ...summary, age_seconds: Math.max(0, age_seconds) };
  },
});
