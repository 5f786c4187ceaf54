// Reads the verdicts of gates, such as whether the source's copy may be deleted or the products are complete. Other
// jobs decide them.
import { ageOf } from '../../core/age.ts';
import { ownMapping, parseGateSummary } from '../../parse/gate.ts';
import { defineProbe } from '../define.ts';
import { gates as section } from '../sections/gates.ts';

export const gates = defineProbe({
  name: 'gates',
  summary: 'verdict, counts and age of gates',
  section,

  items: async ({ config }) => Object.keys(config.gates),

  async read({ host: open, config, item, at }) {
    const configured = config.gates[item];
    if (!configured) throw new Error(`no gate ${item} is configured`);
    const { file, host, map } = configured;
    const summary = parseGateSummary(await open(host).readText(file), map ?? ownMapping);
    const { seconds } = ageOf(summary.decided_at, at);
    if (seconds === undefined)
      throw new Error(`the time of the verdict in ${file} is in the future (${summary.decided_at}): a clock is wrong`);
    return { file, ...summary, age_seconds: Math.round(seconds) };
  },
});
