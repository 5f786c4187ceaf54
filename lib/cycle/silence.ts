// ops-monitor silence, ops-monitor ack: a file that says who does not want to hear of what, or knows of it.
import { findSource, loadConfiguration } from '../config/load.ts';
import { silencesFolder } from '../alerts/files.ts';
import { misnamed } from '../alerts/named.ts';
import { type Note, parseNotes } from '../alerts/silence.ts';
import { Usage } from '../contract/errors.ts';
import { formatDuration, parseDuration } from '../core/quantity.ts';
import { identifierOf, oneLine } from '../core/text.ts';
import { leaveNote, readNotes } from '../io/notes.ts';
import { resolvePlaces } from '../io/places.ts';
import { whoWeAre } from '../io/recording.ts';
import { print } from '../io/terminal.ts';
import { type Asked, type Command, configOption, exitCodes, textOption } from './command.ts';

const reasonOption = { reason: { type: 'string', value: 'TEXT', summary: 'why, for whoever asks' } } as const;
const longestSeconds = 30 * 86_400;

export const silence: Command = {
  name: 'silence',
  summary: 'sends no mails about a rule, or one subject of it, for a while; without arguments lists what is silent',
  operands: '[RULE[:SUBJECT]]',
  options: {
    ...configOption,
    for: { type: 'string', value: 'DURATION', summary: 'for how long, at most 30d: 4h' },
    ...reasonOption,
  },

  async run(asked) {
    const folder = await folderOf(asked);
    const [of] = asked.operands;
    const now = new Date();
    if (of === undefined) {
      list(folder, now);
      return exitCodes.ok;
    }
    const seconds = parseDuration(textOption(asked, 'for') ?? '');
    if (seconds === undefined || seconds <= 0 || seconds > longestSeconds)
      throw new Usage('say for how long, at most 30d: --for 4h');
    const until = new Date(now.getTime() + seconds * 1000).toISOString();
    leave(folder, now, { kind: 'silence', of: known(of), reason: reasonIn(asked), until });
    print(`No mails about ${of} for ${formatDuration(seconds)}, until ${until}. What it is about goes on.`);
    return exitCodes.ok;
  },
};

export const acknowledge: Command = {
  name: 'ack',
  summary: 'says that somebody knows of an alert: it is not repeated and not escalated until it is over',
  operands: 'RULE:SUBJECT',
  options: { ...configOption, ...reasonOption },

  async run(asked) {
    const [of] = asked.operands;
    if (of === undefined || !of.includes(':')) throw new Usage('say which alert: ack storage:data --reason "…"');
    leave(await folderOf(asked), new Date(), { kind: 'acknowledgement', of: known(of), reason: reasonIn(asked) });
    print(`${of} is acknowledged: its end is told, and nothing before.`);
    return exitCodes.ok;
  },
};

async function folderOf(asked: Asked): Promise<string> {
  const config = await loadConfiguration(findSource(textOption(asked, 'config')));
  return silencesFolder(resolvePlaces(config.files));
}

function known(of: string): string {
  const problem = misnamed(of);
  if (problem !== undefined) throw new Usage(problem);
  return of;
}

function reasonIn(asked: Asked): string {
  const reason = textOption(asked, 'reason');
  if (reason === undefined || reason.trim() === '') throw new Usage('say why: --reason "disk is being exchanged"');
  return oneLine(reason);
}

function leave(folder: string, now: Date, note: Pick<Note, 'kind' | 'of' | 'reason' | 'until'>): void {
  const who = process.env['SUDO_USER'] || whoWeAre().user || 'somebody';
  const from = now.toISOString();
  const name = `${from.replaceAll(/[-:.]/g, '')}-${note.kind}-${identifierOf(note.of)}.json`;
  leaveNote(folder, name, `${JSON.stringify({ schema_version: 1, ...note, who, from }, undefined, 1)}\n`);
}

function list(folder: string, now: Date): void {
  const { notes, problems } = parseNotes(readNotes(folder));
  const current = notes.filter(
    ({ kind, until }) => kind === 'silence' && until !== undefined && until > now.toISOString(),
  );
  for (const { of, until, who, reason } of current) print(`${of}  until ${until}  ${who}: ${reason}`);
  if (current.length === 0) print('nothing is silent');
  for (const problem of problems) print(problem);
}
