// The demo's site as real files for the bench, with its source as a folder of this machine, and an archive of a week.
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayStamp } from '../../lib/core/time.ts';
import { buildSite } from '../../lib/demo/build.ts';
import { monthStart } from '../../lib/demo/faults.ts';
import { configurationText } from '../../lib/demo/layout.ts';
import { day, hour } from '../../lib/demo/scenario.ts';

export interface Archive {
  /** Of a state folder of its own, so that the lines of the measured cycles do not come between. */
  readonly config: string;
  /** Writes the raw lines of a week, from the lines of one cycle. */
  readonly fill: (state: string) => void;
  /** Adds the twelve lines of the next hour. */
  readonly addHour: () => void;
}

export async function writeDemoSite(folder: string, dashboardUrl: string) {
  const site = await buildSite(join(folder, 'site'));
  await site.buildAt(monthStart + 4 * day + 12 * hour, Date.now());
  site.close();
  const configOf = (name: string): string => {
    const config = join(folder, `${name}.yaml`);
    const state = join(folder, name);
    const text = {
      paths: site.paths,
      state,
      source: undefined,
      dashboardUrl,
      mailTo: 'ops@example.org',
      comment: 'Of the bench.',
    };
    writeFileSync(config, configurationText(text));
    return config;
  };
  return {
    config: configOf('state'),
    state: join(folder, 'state'),
    archive: archiveIn(join(folder, 'archived'), configOf('archived')),
  };
}

const cycleMs = 300_000;

/** The line of another cycle. The archive reads only lines whose times have microseconds. */
export function movedTo(at: Date, line: string): string {
  const run = Math.floor(at.getTime() / cycleMs).toString(16).padStart(32, '0');
  return line
    .replaceAll(/"(time_utc|snapshot_time_utc|time)":"[^"]*"/g, `"$1":"${at.toISOString().replace('Z', '000Z')}"`)
    .replace(/"run_id":"[^"]*"/, `"run_id":"${run}"`);
} // prettier-ignore

function archiveIn(state: string, config: string): Archive {
  let lines: readonly [snapshot: string, verdict: string] = ['', ''];
  let next = Date.now() - 10 * day;
  const addLine = (): void => {
    const at = new Date((next += cycleMs));
    const [snapshot, verdict] = lines.map((line) => movedTo(at, line));
    const stamp = dayStamp(new Date(next));
    appendFileSync(join(state, 'raw', `ops_monitor_${stamp}.jsonl`), `${snapshot}\n`);
    appendFileSync(join(state, 'health', `health_${stamp}.jsonl`), `${verdict}\n`);
  };
  return {
    config,
    fill: (from) => {
      const lastLine = (name: string, pattern: RegExp): string => {
        const file = readdirSync(join(from, name)).find((entry) => pattern.test(entry)) ?? '';
        return (
          readFileSync(join(from, name, file), 'utf8')
            .trimEnd()
            .split('\n')
            .at(-1) ?? ''
        );
      };
      lines = [lastLine('raw', /^ops_monitor_\d+\.jsonl$/), lastLine('health', /^health_\d+\.jsonl$/)];
      for (const name of ['raw', 'health']) mkdirSync(join(state, name), { recursive: true });
      for (let count = 0; count < 7 * 288; count++) addLine();
    },
    addHour: () => {
      for (let count = 0; count < 12; count++) addLine();
    },
  };
}
