// ops-monitor rehearse: compares the mails that a changed and the present configuration would have sent over recorded days.
import { dirname } from 'node:path';
import { silencesFolder } from '../alerts/files.ts';
import { monitorPolicies } from '../alerts/policies.ts';
import { parseNotes } from '../alerts/silences.ts';
import { compareMails, rehearsal, type WouldBe } from '../alerts/replay.ts';
import { checks, sections } from '../config/registry.ts';
import type { Configuration } from '../config/schema.ts';
import { Usage } from '../contract/errors.ts';
import { isInstant } from '../core/age.ts';
import { counted } from '../core/text.ts';
import { daysBefore } from '../core/time.ts';
import type { Judged } from '../engine/checks.ts';
import { judgeSite } from '../health/judge.ts';
import { readNotes } from '../io/notes.ts';
import { isTerminal, painter, print, printError, rewriteLine } from '../io/terminal.ts';
import { makeWorld } from '../io/world.ts';
import { withCauses } from '../snapshot/causes.ts';
import { snapshotConfig } from '../snapshot/config.ts';
import { type Snapshot, snapshots } from '../snapshot/files.ts';
import { type Command, exitCodes, numberOption, textOption } from '../cli/command.ts';
import { openSites, type Site } from '../cli/site.ts';
import { noHost } from '../cli/stage.ts';
import { fits } from '../contract/shape.ts';

const mostDays = 400;

export const rehearse: Command = {
  name: 'rehearse',
  summary:
    'replays recorded days with a changed configuration, and compares its mails with those of the present one (not `run-rehearsal`)',
  options: {
    config: { type: 'string', value: 'FILE', summary: 'the changed configuration' },
    against: {
      type: 'string',
      value: 'FILE',
      summary: 'the present configuration (default: $OPS_MONITOR_CONFIG, else /etc/ops-monitor/config.yaml)',
    },
    days: { type: 'string', value: 'N', summary: 'number of days to replay, back from now (default: 30)' },
    json: { type: 'boolean', summary: 'print the mails as JSON' },
  },

  async run(asked) {
    const changedPath = textOption(asked, 'config');
    if (changedPath === undefined) throw new Usage('name the changed configuration: --config FILE');
    const days = numberOption(asked, 'days', { byDefault: 30, least: 1, most: mostDays });
    const [present, changed] = await openSites([textOption(asked, 'against'), changedPath]);
    if (!present || !changed) throw new Error('two configurations are compared');
    const { source } = present;
    const found = replay(present, changed.config, days);
    if (found.snapshots === 0) {
      const said = source ? `as ${source.path} says` : 'the default, because no present configuration was found';
      throw new Error(
        `there is no snapshot of the last ${counted(days, 'day')} in ${found.folder} (${said}); --against FILE names another present configuration`,
      );
    }
    const [before = [], after = []] = found.mails;
    const differences = compareMails(before, after);
    const notReplayed = snapshotKeysThatDiffer(present.config, changed.config);
    if (asked.options['json'] === true) {
      const { snapshots: count, bad } = found;
      print(JSON.stringify({ snapshots: count, bad, mails: differences, not_replayed: notReplayed }, undefined, 2));
      return exitCodes.ok;
    }
    const paint = painter();
    for (const { mail, by } of differences) {
      const mark = { both: ' ', today: '-', new: '+' }[by];
      const line = `${mark} ${mail.at.slice(0, 16).replace('T', ' ')}  ${mail.subject}  (${mail.to.join(', ')})`;
      print(by === 'both' ? paint('dim', line) : line);
    }
    print(
      `\n${counted(found.snapshots, 'snapshot')} of ${counted(days, 'day')}: today ${counted(before.length, 'mail')}, then ${after.length}. ` +
        '- is sent today only, + with the changed configuration only. Nothing was sent.',
    );
    if (notReplayed.length > 0)
      print(
        `Not replayed, because it decides what is read and the recorded snapshots were read with today's values: ${notReplayed.join(', ')}.`,
      );
    print(
      `Left out: ${monitorPolicies.map(({ name }) => name).join(', ')} (alerts about the monitor itself, which no snapshot records), and silences and acknowledgements that ended more than a week ago.`,
    );
    if (found.bad > 0) printError(`${counted(found.bad, 'line')} could not be read and were left out`);
    return exitCodes.ok;
  },
};

/** The raw lines are read from the folder that the present configuration names. */
function replay({ config: today, places }: Site, changed: Configuration, days: number) {
  const configs = [today, changed];
  const world = makeWorld({ config: today, places, openHost: noHost });
  const from = daysBefore(world.now(), days);
  const { notes } = parseNotes(readNotes(silencesFolder(world.places)));
  const steps = configs.map((config) => rehearsal(config, sections, (snapshot) => judge(snapshot, config), notes));
  const mails: WouldBe[][] = configs.map(() => []);
  let [count, bad] = [0, 0];
  for (const day of world.days(snapshots).filter((one) => one.getTime() >= from.getTime() - 86_400_000)) {
    for (const line of Buffer.from(world.bytes(snapshots, day) ?? [])
      .toString('utf8')
      .split('\n')) {
      if (line === '') continue;
      const snapshot = readSnapshot(line);
      if (!snapshot) bad += 1;
      else if (new Date(snapshot.time_utc) >= from) {
        count += 1;
        steps.forEach((step, index) => mails[index]?.push(...replayed((one) => step(explained(one, today)), snapshot)));
      }
    }
    if (isTerminal(2)) rewriteLine(`${day.toISOString().slice(0, 10)}: ${counted(count, 'snapshot')} …`);
  }
  if (isTerminal(2)) rewriteLine('');
  return { snapshots: count, bad, mails, folder: dirname(snapshots.path(world.places, from)) };
}

/** The keys that shape a snapshot and differ, with the path to the value. */
function snapshotKeysThatDiffer(today: Configuration, changed: Configuration): string[] {
  const keys = [...Object.keys(snapshotConfig), 'hosts', 'interval'] as (keyof Configuration)[];
  return keys.flatMap((key) => differencesIn(key, today[key], changed[key]));
}

function differencesIn(path: string, one: unknown, other: unknown): string[] {
  if (JSON.stringify(one) === JSON.stringify(other)) return [];
  if (!isMap(one) || !isMap(other)) return [path];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) =>
    differencesIn(`${path}.${key}`, one[key], other[key]),
  );
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Judges a snapshot under the limits of `config`. The monitor itself is not judged: snapshots do not record it. */
const judge = (snapshot: Snapshot, config: Configuration): readonly Judged[] =>
  judgeSite(
    { sections, checks },
    { snapshot, missing: '', stages: [], heartbeat: undefined, judgingStage: '' },
    config,
    new Date(snapshot.time_utc),
  ).snapshot;

/** Adds the causes of failed readings: snapshots recorded by older versions lack them. */
const explained = (snapshot: Snapshot, config: Configuration): Snapshot => ({
  ...snapshot,
  sections: withCauses(snapshot.sections, config),
});

/** A rule that throws is a fault of the rule, and not counted as a bad line. */
function replayed(step: (snapshot: Snapshot) => WouldBe[], snapshot: Snapshot): WouldBe[] {
  try {
    return step(snapshot);
  } catch (error) {
    throw new Error(`the snapshot of ${snapshot.time_utc} could not be replayed`, { cause: error });
  }
}

/** Undefined for a torn line or one that another program wrote. */
function readSnapshot(line: string): Snapshot | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return fits(snapshots.schema!, value) && isInstant(value.time_utc) ? value : undefined;
  } catch {
    return undefined;
  }
}
