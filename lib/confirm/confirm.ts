// confirm-cycle, the last stage: checks the files that the cycle should have written, writes a textfile for Prometheus and
// pings an outside watchdog, which alerts somebody if the pings stop. The ping comes after all else, in case it hangs.
import type { FileLocation } from '../contract/file.ts';
import type { Net } from '../contract/net.ts';
import type { StageRecord } from '../contract/record.ts';
import { defineStage, type Stage, type World } from '../contract/stage.ts';
import type { Beat } from '../core/beat.ts';
import { tallyOf } from '../core/level.ts';
import { counted, firstLine, listed, reasonOf } from '../core/text.ts';
import { daysBefore } from '../core/time.ts';
import { sendBeat } from '../engine/send-beat.ts';
import type { ConfirmConfig } from './config.ts';
import { type HeartbeatRecord, heartbeatRecord, readHeartbeat, textfile } from './files.ts';
import { type FoundFile, findMissing } from './missing.ts';
import { renderTextfile } from './textfile.ts';

/** Request timeout. It may be short because a watchdog waits longer than one cycle for the next ping. */
const beatSeconds = 10;

/** `stages` are the stages to check; `net` is loaded only where a heartbeat is configured. */
export const confirmCycle = (stages: readonly Pick<Stage, 'name' | 'writes'>[], net: () => Promise<Net>) =>
  defineStage<ConfirmConfig>({
    name: 'confirm-cycle',
    summary: 'checks the age of every file that the cycle writes, and pings the watchdog',
    reads: [heartbeatRecord, ...stages.flatMap(({ writes }) => writes)],
    writes: [textfile, heartbeatRecord],
    runsEvery: 'cycle',
    speaksWhenBroken: true,
    deadlineMs: 30_000,

    async run(world) {
      const { config } = world;
      const at = world.now();
      const records = await world.stageRecords();
      const expected = stages.map(({ name, writes }) => ({ name, files: findFiles(writes, world, at) }));
      const missing = [
        ...(world.brokenConfiguration === undefined ? [] : [world.brokenConfiguration]),
        ...findMissing({ stages: expected, records, interval: config.interval, at }),
      ];
      const before = await readHeartbeat(world);
      const known = before && 'record' in before ? before.record : undefined;
      const writeTextfile = (accepted_at: string | undefined): Promise<void> =>
        world.replace(textfile, renderTextfile({ records, missing: missing.length, accepted_at, at }));
      await writeTextfile(known?.accepted_at);

      const problems = [...missing];
      const message = composeMessage(missing, stages.length, records, world);
      let words = 'no heartbeat is configured: no watchdog is pinged';
      if (config.heartbeat && world.options['dry-run'] === true) {
        words = `would ping ${config.heartbeat.style}: ${missing.length === 0 ? 'success' : 'failure'}: ${message}`;
      } else if (config.heartbeat) {
        const { style } = config.heartbeat;
        const seconds = records.reduce((sum, { ms }) => sum + ms, 0) / 1000;
        const beat = { ok: missing.length === 0, message, seconds, id: world.runId, monitor: watchdogSettings(config) };
        const answer = await pingWatchdog(await net(), config.heartbeat, beat);
        const tried_at = world.now().toISOString();
        const accepted_at = answer.outcome === 'accepted' ? tried_at : known?.accepted_at;
        words = `the heartbeat (${style}) was ${answer.outcome === 'unsent' ? 'not sent' : answer.outcome}: ${answer.words}`;
        if (answer.outcome === 'refused' || answer.outcome === 'unsent') problems.push(words);
        await world.replace(heartbeatRecord, {
          schema_version: 1,
          tried_at,
          first_tried_at: known?.first_tried_at ?? tried_at,
          style,
          told: beat.ok ? 'success' : 'failure',
          ...answer,
          ...(accepted_at === undefined ? {} : { accepted_at }),
        });
        if (accepted_at !== known?.accepted_at) await writeTextfile(accepted_at);
      }
      const files = expected.flatMap((stage) => stage.files).length;
      const first = records.find(({ stage }) => stage === stages[0]?.name);
      // A second run by hand does not send the span of the same cycle again.
      const isRepeated = records.some(({ stage, run_id }) => stage === 'confirm-cycle' && run_id === first?.run_id);
      return {
        counts: { stages: stages.length, files, missing: missing.length },
        problems,
        ...(first ? { run_id: first.run_id } : {}),
        cycleStartedAt: isRepeated ? undefined : first?.started_at,
        json: { checked_at: at.toISOString(), missing, stages: expected, heartbeat: words },
        text: [...(missing.length === 0 ? ['nothing is missing'] : missing), words].join('\n'),
      };
    },
  });

async function pingWatchdog(
  net: Net,
  { url, style }: NonNullable<ConfirmConfig['heartbeat']>,
  beat: Beat,
): Promise<Pick<HeartbeatRecord, 'outcome' | 'words'>> {
  const found = net.secret(url);
  if ('missing' in found) return { outcome: 'unsent', words: found.missing };
  const { outcome, words } = await sendBeat(net, { style, url: found.value, seconds: beatSeconds }, beat);
  return { outcome, words: firstLine(words) };
}

/** The newer of today's and yesterday's daily file counts: just after midnight, today's may not exist yet. */
function findFiles(writes: readonly FileLocation[], world: World<ConfirmConfig>, at: Date): FoundFile[] {
  return writes
    .filter(({ onlyOnChange }) => onlyOnChange !== true)
    .map((file) => {
      const path = file.path(world.places, at);
      try {
        const times = [at, daysBefore(at, 1)].flatMap((day) => world.modifiedAt(file, day)?.toISOString() ?? []);
        const modified_at = times.sort().at(-1);
        return { path, ...(modified_at === undefined ? {} : { modified_at }) };
      } catch (error) {
        return { path, problem: reasonOf(error) };
      }
    });
}

/** Short, because some watchdogs truncate it and people read it on a phone. */
function composeMessage(
  missing: readonly string[],
  stages: number,
  records: readonly StageRecord[],
  { config, hostname }: World<ConfirmConfig>,
): string {
  const named = listed(missing.map((sentence) => firstLine(sentence, 120)));
  // The watchdog watches the monitor, not the site; but its message must not sound as if the site were well.
  const counts = records.find(({ stage }) => stage === 'assess-health')?.counts;
  const levels = counts && 'green' in counts ? ` (${tallyOf(counts)})` : '';
  return `${config.site} on ${hostname}: ${missing.length === 0 ? `all ${counted(stages, 'stage')} did their work${levels}` : named}`;
}

/** The watchdog expects a ping each cycle and waits for one more cycle before it alerts anybody. */
function watchdogSettings({ interval }: ConfirmConfig): NonNullable<Beat['monitor']> {
  const everyMinutes = Math.ceil(interval / 60);
  return { everyMinutes, marginMinutes: everyMinutes, failureThreshold: 2 };
}
