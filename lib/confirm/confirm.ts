// confirm-cycle, the last stage: what the cycle should have written → a textfile, and a heartbeat to a watcher outside,
// which calls somebody when none comes. The look and the textfile first: a watcher that hangs costs nothing else.
import type { FileLocation } from '../contract/file.ts';
import type { Net } from '../contract/net.ts';
import { defineStage, type Stage, type World } from '../contract/stage.ts';
import type { Beat } from '../core/beat.ts';
import { counted, firstLine, listed, reasonOf } from '../core/text.ts';
import { daysBefore } from '../core/time.ts';
import { sendBeat } from '../engine/watcher.ts';
import type { ConfirmConfig } from './config.ts';
import { type HeartbeatRecord, heartbeatRecord, readHeartbeat, textfile } from './files.ts';
import { type FoundFile, whatIsMissing } from './look.ts';
import { renderTextfile } from './textfile.ts';

/** A watcher waits for longer than until the next cycle. */
const beatSeconds = 10;

/** `stages` are those that it looks after; `net` is loaded only where there is somebody to tell. */
export const confirmCycle = (stages: readonly Pick<Stage, 'name' | 'writes'>[], net: () => Promise<Net>) =>
  defineStage<ConfirmConfig>({
    name: 'confirm-cycle',
    summary: 'checks the age of every file that the cycle writes, and pings the watchdog',
    reads: [heartbeatRecord, ...stages.flatMap(({ writes }) => writes)],
    writes: [textfile, heartbeatRecord],
    runsEvery: 'cycle',
    deadlineMs: 30_000,

    async run(world) {
      const { config } = world;
      const at = world.now();
      const records = await world.stageRecords();
      const expected = stages.map(({ name, writes }) => ({ name, files: filesOf(writes, world, at) }));
      const missing = whatIsMissing({ stages: expected, records, interval: config.interval, at });
      const before = await readHeartbeat(world);
      const known = before && 'record' in before ? before.record : undefined;
      const tellPrometheus = (accepted_at: string | undefined): Promise<void> =>
        world.replace(textfile, renderTextfile({ records, missing: missing.length, accepted_at, at }));
      await tellPrometheus(known?.accepted_at);

      const problems = [...missing];
      const message = messageOf(missing, stages.length, world);
      let words = 'nobody outside is told: no heartbeat is configured';
      if (config.heartbeat && world.options['dry-run'] === true) {
        words = `would tell ${config.heartbeat.style}: ${missing.length === 0 ? 'success' : 'failure'}: ${message}`;
      } else if (config.heartbeat) {
        const { style } = config.heartbeat;
        const seconds = records.reduce((sum, { ms }) => sum + ms, 0) / 1000;
        const beat = { ok: missing.length === 0, message, seconds, id: world.runId, monitor: monitorOf(config) };
        const told = await tellWatcher(await net(), config.heartbeat, beat);
        const tried_at = world.now().toISOString();
        const accepted_at = told.outcome === 'accepted' ? tried_at : known?.accepted_at;
        words = `the heartbeat (${style}) was ${told.outcome === 'unsent' ? 'not sent' : told.outcome}: ${told.words}`;
        if (told.outcome === 'refused' || told.outcome === 'unsent') problems.push(words);
        await world.replace(heartbeatRecord, {
          schema_version: 1,
          tried_at,
          first_tried_at: known?.first_tried_at ?? tried_at,
          style,
          told: beat.ok ? 'success' : 'failure',
          ...told,
          ...(accepted_at === undefined ? {} : { accepted_at }),
        });
        if (accepted_at !== known?.accepted_at) await tellPrometheus(accepted_at);
      }
      const run_id = records.find(({ stage }) => stage === stages[0]?.name)?.run_id;
      return {
        counts: {
          stages: stages.length,
          files: expected.flatMap(({ files }) => files).length,
          missing: missing.length,
        },
        problems,
        ...(run_id === undefined ? {} : { run_id }),
        json: { checked_at: at.toISOString(), missing, stages: expected, heartbeat: words },
        text: [...(missing.length === 0 ? ['nothing is missing'] : missing), words].join('\n'),
      };
    },
  });

async function tellWatcher(
  net: Net,
  { url, style }: NonNullable<ConfirmConfig['heartbeat']>,
  beat: Beat,
): Promise<Pick<HeartbeatRecord, 'outcome' | 'words'>> {
  const found = net.secret(url);
  if ('missing' in found) return { outcome: 'unsent', words: found.missing };
  const { outcome, words } = await sendBeat(net, { style, url: found.value, seconds: beatSeconds }, beat);
  return { outcome, words: firstLine(words) };
}

/** Just after midnight, what was written minutes ago lies in the file of the day before: the newer of the two counts. */
function filesOf(writes: readonly FileLocation[], world: World<ConfirmConfig>, at: Date): FoundFile[] {
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

/** Short: some watchers cut it off, and somebody reads it on a telephone. */
function messageOf(missing: readonly string[], stages: number, { config, hostname }: World<ConfirmConfig>): string {
  const says =
    missing.length === 0
      ? `all ${counted(stages, 'stage')} did their work`
      : listed(missing.map((sentence) => firstLine(sentence, 120)));
  return `${config.site} on ${hostname}: ${says}`;
}

/** A watcher that is told with every cycle waits for one more before it calls anybody. */
function monitorOf({ interval }: ConfirmConfig): NonNullable<Beat['monitor']> {
  const everyMinutes = Math.ceil(interval / 60);
  return { everyMinutes, marginMinutes: everyMinutes, failureThreshold: 2 };
}
