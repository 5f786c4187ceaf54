// ops-monitor silence and ops-monitor ack: each leaves a note file that send-alerts reads.
import { documentPath } from '../io/product.ts';
import type { Configuration } from '../config/schema.ts';
import { alertsIn, type ActiveSilence, silencesFolder, stateFile } from '../alerts/files.ts';
import { alertNameProblem, everything } from '../alerts/named.ts';
import { type Note, parseNotes, activeSilences, longestSilenceSeconds } from '../alerts/silences.ts';
import { errorCode, Usage } from '../contract/errors.ts';
import type { Places } from '../contract/file.ts';
import { formatLimit, parseDuration } from '../core/quantity.ts';
import { oneLine } from '../core/harmless.ts';
import { identifierOf, nearest, reasonOf } from '../core/text.ts';
import { clockMinute } from '../core/time.ts';
import { leaveNote, readNotes } from '../io/notes.ts';
import { machineIdentity } from '../io/recording.ts';
import { print } from '../io/terminal.ts';
import { makeWorld } from '../io/world.ts';
import type { Arguments } from '../cli/arguments.ts';
import { type Command, configOption, dryRunOption, exitCodes, textOption } from '../cli/command.ts';
import { checkNames } from '../config/check-names.ts';
import { alertOfObservation } from './counterparts.ts';
import { openSite } from '../cli/site.ts';
import { noHost } from '../cli/stage.ts';

export const silence: Command = {
  name: 'silence',
  summary: 'stops mails about a rule, or one subject of it, for a while; without arguments lists all silences',
  operand: '[RULE[:SUBJECT]]',
  options: {
    ...configOption,
    for: { type: 'string', value: 'DURATION', summary: 'how long, at most 30d, such as 4h (required, or --lift)' },
    reason: { type: 'string', value: 'TEXT', summary: 'why, for other people (required, except with --lift)' },
    lift: { type: 'boolean', summary: 'end the silences of exactly this name now' },
    ...dryRunOption,
  },

  async run(asked) {
    const { operand: of } = asked;
    if (of === undefined) {
      refuseNameless(asked);
      listSilences(await openNotes(asked));
    } else await (asked.options['lift'] === true ? liftSilence : beginSilence)(await knownAlert(of, asked), asked);
    return exitCodes.ok;
  },
};

/** Planned work on the whole machine: one silence of everything, under a name that people look for. */
export const pause: Command = {
  name: 'pause',
  summary: 'stops all mails for a while, for planned work; everything is watched and recorded as before',
  options: {
    ...configOption,
    for: { type: 'string', value: 'DURATION', summary: 'how long, at most 30d, such as 4h (required)' },
    reason: { type: 'string', value: 'TEXT', summary: 'why, for other people (required)' },
    ...dryRunOption,
  },

  async run(asked) {
    await beginSilence(everything, asked);
    return exitCodes.ok;
  },
};

export const resume: Command = {
  name: 'resume',
  summary: 'ends a pause before its time',
  options: { ...configOption, ...dryRunOption },

  async run(asked) {
    await liftSilence(everything, asked);
    return exitCodes.ok;
  },
};

export const acknowledge: Command = {
  name: 'ack',
  summary: 'acknowledges an alert: it is neither repeated nor escalated until it ends',
  operand: 'RULE:SUBJECT',
  options: {
    ...configOption,
    reason: { type: 'string', value: 'TEXT', summary: 'why, for other people (required)' },
    ...dryRunOption,
  },

  async run(asked) {
    const { operand: of } = asked;
    if (of === undefined || !of.includes(':')) {
      const { firstSeen } = (await openNotes(asked)).active;
      throw new Usage(`say which alert: ack RULE:SUBJECT --reason "…"${firstSeen ? activeWords(firstSeen) : ''}`);
    }
    const note = { kind: 'acknowledgement', of: await knownAlert(of, asked), reason: reasonIn(asked) } as const;
    const site = await openNotes(asked);
    const { firstSeen, problem } = site.active;
    // An acknowledgement counts for the active alert only: it would not apply to the next one.
    if (firstSeen && !firstSeen.has(of))
      throw new Usage(`${of} is not active: there is nothing to acknowledge${suggestion(of, firstSeen)}`);
    leaveOrPrint(
      site,
      note,
      `${of} is acknowledged${firstSeen ? '' : ', if it is active'}: it is neither repeated nor escalated. Its end is mailed if its beginning was.`,
    );
    if (problem !== undefined) print(`Whether it is active is not known: ${problem}`);
    return exitCodes.ok;
  },
};

interface Notes {
  readonly config: Configuration;
  readonly folder: string;
  readonly who: string;
  readonly now: Date;
  readonly isDry: boolean;
  readonly active: Active;
}

/** Start of each active alert, by its id; or why the state file cannot be read. */
type Active = { readonly firstSeen?: ReadonlyMap<string, string>; readonly problem?: string };

async function openNotes(asked: Arguments): Promise<Notes> {
  const who = process.env['SUDO_USER'] || machineIdentity().user || 'somebody';
  const { config, places } = await openSite(textOption(asked, 'config'), silencesFolder);
  const isDry = asked.options['dry-run'] === true;
  const [folder, active] = [silencesFolder(places), await activeIn(config, places)];
  return { config, folder, who, now: new Date(), isDry, active };
}

/** A user who may leave notes may not always read the state file, which holds addresses. */
async function activeIn(config: Configuration, places: Places): Promise<Active> {
  try {
    const state = await makeWorld({ config, places, openHost: noHost }).read(stateFile);
    return { firstSeen: new Map(Object.entries(alertsIn(state)).map(([id, { first_seen }]) => [id, first_seen])) };
  } catch (error) {
    return { problem: reasonOf(error) };
  }
}

async function knownAlert(of: string, asked: Arguments): Promise<string> {
  const problem = alertNameProblem(of, checkNames);
  if (problem === undefined) return of;
  const { config } = await openSite(textOption(asked, 'config'));
  const alert = alertOfObservation(of, config);
  throw new Usage(
    alert === undefined
      ? problem
      : `${of} is the name of an observation, by its check; alerts are named by rule: ${alert}`,
  );
}

/** Options without a name are a mistake, not a request for the list. */
function refuseNameless(asked: Arguments): void {
  const said = ['for', 'reason', 'lift'].filter((name) => asked.options[name] !== undefined);
  if (said.length > 0)
    throw new Usage(
      `--${said.join(' and --')} of what? Name a rule, or rule:subject, such as storage:data; without options, the silences are listed`,
    );
}

function secondsIn(asked: Arguments): number {
  const text = textOption(asked, 'for');
  if (text === undefined) throw new Usage('say for how long, at most 30d: --for 4h; or --lift, which ends it');
  const seconds = parseDuration(text);
  if (seconds !== undefined && seconds > 0 && seconds <= longestSilenceSeconds) return seconds;
  throw new Usage(`--for ${JSON.stringify(text)} ${durationProblem(text.trim(), seconds)}`);
}

function durationProblem(text: string, seconds: number | undefined): string {
  if (seconds === 0) return 'is zero: nothing would be silenced';
  if (seconds !== undefined) return `is longer than ${formatLimit(longestSilenceSeconds)}, which is the most`;
  return /^\d+(\.\d+)?$/.test(text)
    ? `has no unit: ${text}m, ${text}h or ${text}d?`
    : 'is not a duration, such as 90m, 4h or 2d';
}

function suggestion(of: string, firstSeen: ReadonlyMap<string, string>): string {
  const near = nearest(of, [...firstSeen.keys()]);
  return `${near === undefined ? '' : `; did you mean ${near}?`}${activeWords(firstSeen)}`;
}

const activeWords = (firstSeen: ReadonlyMap<string, string>): string =>
  ` (active: ${[...firstSeen.keys()].sort().join(', ') || 'nothing'})`;

function reasonIn(asked: Arguments): string {
  const reason = textOption(asked, 'reason');
  if (reason === undefined || reason.trim() === '') throw new Usage('say why: --reason "disk is being exchanged"');
  return oneLine(reason);
}

async function beginSilence(of: string, asked: Arguments): Promise<void> {
  const seconds = secondsIn(asked);
  const reason = reasonIn(asked);
  const site = await openNotes(asked);
  const until = new Date(site.now.getTime() + seconds * 1000).toISOString();
  const about = of === everything ? '' : ` about ${of}`;
  const says = `No mails${about} for ${formatLimit(seconds)}, until ${clockMinute(new Date(until))}, except the end of an alert that was mailed before.`;
  const rest =
    of === everything ? 'Everything is watched and recorded as before.' : 'The problem itself is not affected.';
  leaveOrPrint(site, { kind: 'silence', of, reason, until }, `${says} ${rest}`);
  if (of === everything) return;
  const { firstSeen, problem } = site.active;
  if (!firstSeen) print(`Whether it is active is not known: ${problem}`);
  // This may be planned work, silenced before it begins, or a mistyped name.
  else if (![...firstSeen.keys()].some((id) => id === of || id.startsWith(`${of}:`)))
    print(`No alert of that name is active now${suggestion(of, firstSeen)}.`);
}

async function liftSilence(of: string, asked: Arguments): Promise<void> {
  if (textOption(asked, 'for') !== undefined) throw new Usage('--lift ends the silence now, and takes no --for');
  const site = await openNotes(asked);
  const { notes, problems } = parseNotes(readNotes(site.folder));
  const silences = activeSilences(notes, [], () => undefined, site.now);
  const ended = silences.flatMap((one) => (one.of === of ? [one.until ?? ''] : [])).sort();
  const last = ended.at(-1);
  if (last === undefined)
    throw new Usage(
      [
        `${of === everything ? 'there is no pause' : `${of} is not silenced`} (silenced: ${silences.map((one) => one.of).join(', ') || 'nothing'})`,
        ...problems,
      ].join('\n'),
    );
  const reason = oneLine(textOption(asked, 'reason') ?? 'lifted');
  leaveOrPrint(
    site,
    { kind: 'lift', of, reason, until: last },
    of === everything ? 'Mails are sent again.' : `${of} is not silenced any more.`,
  );
}

function leaveOrPrint(
  { folder, who, now, isDry }: Notes,
  note: Pick<Note, 'kind' | 'of' | 'reason' | 'until'>,
  says: string,
): void {
  if (isDry) return print(`Dry run, nothing was changed. It would be: ${says}`);
  const from = now.toISOString();
  const name = `${from.replaceAll(/[-:.]/g, '')}-${note.kind}-${identifierOf(note.of)}.json`;
  try {
    leaveNote(folder, name, `${JSON.stringify({ schema_version: 1, ...note, who, from }, undefined, 1)}\n`);
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw new Usage(
      `${who} may not write in ${folder} (${code}): the members of its group may, once it has one (${documentPath('alerts.md')}, “Silence and acknowledge”)`,
    );
  }
  print(says);
}

function listSilences({ config, folder, now, active: { firstSeen, problem } }: Notes): void {
  const { notes, problems } = parseNotes(readNotes(folder));
  // When the active alerts are not known, every acknowledgement is listed: it may still hold.
  const firstSeenOf = (id: string): string | undefined => (firstSeen ? firstSeen.get(id) : '');
  const quiet = activeSilences(notes, config.alerts.maintenance, firstSeenOf, now);
  for (const one of quiet) print(lineOf(one));
  if (quiet.length === 0) print('nothing is silenced');
  if (problem !== undefined && quiet.some(({ kind }) => kind === 'acknowledgement'))
    print(`Which of the acknowledged alerts are still active is not known: ${problem}`);
  for (const one of problems) print(one);
}

function lineOf({ kind, of, who, until, reason }: ActiveSilence): string {
  if (kind === 'maintenance') return `${of}  maintenance  ${reason}`;
  const state = until === undefined ? 'acknowledged' : `until ${clockMinute(new Date(until))}`;
  return `${of}  ${state}  ${who}: ${reason}`;
}
