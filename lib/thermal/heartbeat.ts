// thermal-heartbeat: reads every temperature, writes the textfile and the state for the next beat, and then notifies the
// watchdogs. Files come first because a watchdog may be slow or unreachable.
import type { Net } from '../contract/net.ts';
import { stageRecord } from '../contract/record.ts';
import { defineStage, type World } from '../contract/stage.ts';
import { formatMeasure } from '../core/quantity.ts';
import { counted, listed, reasonOf } from '../core/text.ts';
import { readSources, type Read } from './read-sources.ts';
import type { ThermalConfig } from './config.ts';
import { countDisagreements } from './disagreement.ts';
import { settleEvents, dueEvents, describeTrack, dropEnded } from './events.ts';
import { begunTracks, isActive, isFault, isSample, signatureOf, type Tracks } from './episode.ts';
import { findFaults, stepFaults } from './faults.ts';
import {
  keptEpisodes,
  lastHeartbeat,
  readKeptEpisodes,
  readState,
  stateVersion,
  type ThermalState,
  thermalState,
  thermalTextfile,
} from './files.ts';
import { chipsOf, type Processes } from './hanging.ts';
import { judge, type Judged } from './judge.ts';
import { isGood, type Reading } from './reading.ts';
import { sources } from './sources/index.ts';
import { findFlat } from './stuck.ts';
import { type Paint, renderTable } from './table.ts';
import { notifyWatchdogs, describeDryRun } from './watchdogs.ts';
import { renderTextfile } from './textfile.ts';
import { step } from './thresholds.ts';

interface Means {
  /** Loaded only if a watchdog is configured. */
  readonly net: () => Promise<Net>;
  readonly paint: () => Paint;
  readonly processes: Processes;
}

const name = 'thermal-heartbeat';

export const thermalHeartbeat = ({ net, paint, processes }: Means) =>
  defineStage<ThermalConfig>({
    name,
    summary: 'exports every temperature to Prometheus, and reports those above their limit',
    reads: [],
    writes: [thermalTextfile, lastHeartbeat, keptEpisodes, thermalState],
    runsEvery: 30,
    isFrequent: true,
    deadlineMs: 9000,
    options: { print: { type: 'boolean', summary: 'print the readings as a table; write and send nothing' } },
    onlyPrints: (options) => options['print'] === true,

    async run(world) {
      const { thermal } = world.config;
      const began = world.monotonicMs();
      const before = await readState(world);
      const chosen = sources.filter(({ name }) => name !== 'sensors' || thermal.sensors);
      const chips = chipsOf(before ?? {}, processes, world.monotonicMs);
      const reads = await readSources(chosen, world, chips);
      const at = world.now();
      const readings = reads.flatMap((read) => read.readings);
      const { flat, steady } = findFlat(readings, before?.steady ?? {}, {
        at,
        lastAt: timeOf(before?.at),
        stuckSeconds: thermal.stuck,
      });
      const judged = judge(readings, thermal);
      if (world.options['print'] === true) {
        const text = renderTable(reads, readings, judged, flat, paint());
        return { counts: {}, problems: [], text, exitCode: 0 };
      }

      const good = readings.filter(isGood);
      const last = before?.heartbeat_seconds ?? (good.length > 0 ? undefined : await heartbeatBeforeBoot(world));
      const now = Math.floor(at.getTime() / 1000);
      // Never in the future: after the clock is put back, an old heartbeat would look fresh until the clock catches up.
      const heartbeat_seconds = good.length > 0 ? now : last === undefined ? undefined : Math.min(last, now);
      const problems = problemsOf(reads, good.length);
      const telling = before?.telling ?? {};
      const text = renderTextfile({ reads, readings, judged, flat, heartbeat_seconds, telling });
      const unwritten = await failureOf(world.replace(thermalTextfile, text));
      // The failure is not reported here: a disk that rejects this file rejects the record of this beat too, which is reported.
      if (good.length === 0 && heartbeat_seconds !== undefined)
        await failureOf(world.replace(lastHeartbeat, { schema_version: stateVersion, heartbeat_seconds }));

      const differing = countDisagreements(readings, before?.disagreements ?? {}, thermal.samples);
      problems.push(...differing.warnings);
      const sampledAt = timeOf(before?.sampled_at ?? before?.at);
      // Without Sentry nothing was reported that would have to end.
      const onDisk = before || !thermal.sentry ? undefined : await readKeptEpisodes(world, at);
      const earlier = before?.tracks ?? onDisk?.tracks ?? {};
      const failed = new Set(reads.flatMap(({ source, status }) => (status === 'failed' ? [source] : [])));
      const shared = { readings, limits: thermal, before: earlier, lastAt: sampledAt, at };
      const faults = findFaults(reads, readings, thermal);
      const tracks = { ...step({ ...shared, judged, failed }), ...stepFaults({ ...shared, reads, faults }) };
      const active = Object.values(tracks).filter(isActive);
      const unread = active.filter(({ kind }) => kind === 'unread');
      problems.push(...flatWarnings(judged, flat));
      problems.push(...active.map((track) => describeTrack(track, at)));

      let kept = before?.kept ?? onDisk?.kept ?? '';
      const keep = async (episodes: Tracks): Promise<void> => {
        const signature = thermal.sentry ? signatureOf(episodes) : kept;
        if (signature === kept) return;
        const unsaved = await failureOf(
          world.replace(keptEpisodes, { schema_version: stateVersion, tracks: begunTracks(episodes) }),
        );
        if (unsaved === undefined) kept = signature;
        else problems.push(`a reboot would lose which alerts were reported: ${unsaved}`);
      };
      await keep(tracks);
      const state: ThermalState = {
        schema_version: stateVersion,
        at: at.toISOString(),
        sampled_at: (isSample(sampledAt, at) ? at : sampledAt)?.toISOString(),
        ...(heartbeat_seconds === undefined ? {} : { heartbeat_seconds }),
        steady,
        tracks: thermal.sentry ? tracks : dropEnded(tracks, at),
        disagreements: differing.counts,
        hung: chips.hungAt(at),
        ...chips.order(),
        quiet_until: before?.quiet_until ?? {},
        kept,
        telling,
        ...(before?.monitor_told_at === undefined ? {} : { monitor_told_at: before.monitor_told_at }),
      };
      // Written before anything is sent: without its state a beat fails and sends no event, because each following beat
      // would send the same event again.
      const unkept = await failureOf(world.replace(thermalState, state));
      const failures = [unwritten, unkept].filter((failure) => failure !== undefined);
      const beat = {
        ok: good.length > 0 && failures.length === 0 && unread.length === 0,
        message: listed([...failures, ...problems], 20) || counted(good.length, 'temperature'),
        seconds: (world.monotonicMs() - began) / 1000,
        id: world.runId,
      };
      const due = thermal.sentry && unkept === undefined ? dueEvents(tracks, world, at) : [];
      const dryRun = world.options['dry-run'] === true ? describeDryRun(thermal, beat, due) : undefined;
      if ((thermal.sentry || thermal.beat) && !dryRun) {
        const sent = await notifyWatchdogs({
          net: await net(),
          config: thermal,
          beat,
          due,
          before,
          version: world.product.version,
          at,
          monotonicMs: world.monotonicMs,
        });
        problems.push(...sent.problems);
        const settled = thermal.sentry ? settleEvents(tracks, sent.events, at) : state.tracks;
        await keep(settled);
        const after: ThermalState = { ...state, ...sent.marks, kept, tracks: settled };
        if (unkept === undefined && JSON.stringify(after) !== JSON.stringify(state))
          await world.replace(thermalState, after);
      }
      if (failures.length > 0) throw new Error(failures.join('; '));
      return {
        counts: {
          readings: good.length,
          sensors_without: readings.length - good.length,
          sources_failed: reads.filter(({ status }) => status === 'failed').length,
          out_of_band: active.filter((track) => !isFault(track)).length,
          unread: unread.length,
          faults: active.filter(isFault).length - unread.length,
        },
        problems,
        json: { readings, ...(dryRun ? { would_tell: dryRun } : {}) },
        ...(dryRun ? { text: dryRun.join('\n'), exitCode: 0 } : {}),
      };
    },
  });

/** Only judged sensors cause a warning: many others never change. */
const flatWarnings = (judged: readonly Judged[], flat: ReadonlyMap<Reading, string>): string[] =>
  judged.flatMap(({ reading, title }) => {
    const since = flat.get(reading);
    if (since === undefined) return [];
    const celsius = formatMeasure(reading.celsius, 'C');
    return [`${title} on ${reading.chip} has not changed since ${since}: ${celsius}. Its sensor may be broken`];
  });

/** The reason why a write failed; undefined if it succeeded. */
const failureOf = (written: Promise<void>): Promise<string | undefined> => written.then(() => undefined, reasonOf);

const timeOf = (time: string | undefined): Date | undefined => (time === undefined ? undefined : new Date(time));

/** From the record of the last beat if that read a temperature, else from the file that beats without any leave on disk. */
async function heartbeatBeforeBoot(world: World<ThermalConfig>): Promise<number | undefined> {
  const record = await world.read(stageRecord(name)).catch(() => undefined);
  if (record?.counts['readings']) return Math.floor(Date.parse(record.started_at) / 1000);
  return (await world.read(lastHeartbeat).catch(() => undefined))?.heartbeat_seconds;
}

function problemsOf(reads: readonly Read[], good: number): string[] {
  const failed = reads.flatMap((read) => (read.status === 'failed' ? [`${read.source}: ${read.reason}`] : []));
  const warnings = reads.flatMap((read) => read.warnings ?? []);
  return [...(good === 0 ? ['no temperature could be read on this machine'] : []), ...failed, ...warnings];
}
