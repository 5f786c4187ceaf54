// ops-monitor status: reads the files of the last runs, and changes nothing.
import { setTimeout } from 'node:timers/promises';
import {
  alertsIn,
  outboxFolder,
  postedAlerts,
  shownAlert,
  silencesFolder,
  stateFile,
  toldWithoutMail,
} from '../alerts/files.ts';
import { handlingOf } from '../alerts/sightings.ts';
import { activeSilences, parseNotes } from '../alerts/silences.ts';
import { archive } from '../archive/files.ts';
import { brokenReason } from '../config/load.ts';
import type { Configuration } from '../config/schema.ts';
import { Usage } from '../contract/errors.ts';
import type { Places } from '../contract/file.ts';
import { levels } from '../core/level.ts';
import { join } from '../core/path.ts';
import { reasonOf } from '../core/text.ts';
import { digestsOf } from '../alerts/ledger.ts';
import { countOutbox, mailKind } from '../alerts/mail-outbox.ts';
import { currentHealth } from '../health/current.ts';
import { latestHealth } from '../health/files.ts';
import { readNotes } from '../io/notes.ts';
import { bytesBelow, freeBytes } from '../io/own-size.ts';
import { openSpool } from '../io/spool.ts';
import { clearScreen, isTerminal, painter, print, printWidth } from '../io/terminal.ts';
import { makeWorld } from '../io/world.ts';
import { readOutbox } from '../outbox/outbox.ts';
import { pictureFolder } from '../pictures/files.ts';
import { temperaturesOf, thermalState } from '../thermal/files.ts';
import { type Command, configOption, exitCodes, jsonOption, textOption } from '../cli/command.ts';
import { commandIn } from '../cli/npm.ts';
import { openForStages } from '../cli/site.ts';
import { noHost } from '../cli/stage.ts';
import { renderStatus, type Status } from '../cycle/status.ts';

const watchMs = 5000;

export const statusCommand: Command = {
  name: 'status',
  summary: 'shows on one screen how the site is now, what is not green, and what the monitor does',
  options: {
    ...configOption,
    ...jsonOption,
    watch: { type: 'boolean', summary: `show it again every ${watchMs / 1000} s, until Ctrl+C` },
    'exit-code': { type: 'boolean', summary: 'exit with 0 for green, 1 amber, 2 red, 3 unknown' },
  },

  async run(asked) {
    const { json, watch, 'exit-code': asCode } = asked.options;
    if (watch === true && (json === true || asCode === true))
      throw new Usage('--watch goes with neither --json nor --exit-code');
    if (watch === true && !isTerminal(1)) throw new Usage('--watch needs a terminal');
    const given = textOption(asked, 'config');
    const site = await openForStages(given);
    const { config, places } = site;
    const command = commandIn(given);
    const broken = 'broken' in site ? [brokenReason(site.broken)] : [];
    if (!config || !places) throw new Usage(`${broken.join()}\nThere is no earlier one to go by`);
    const read = (): Promise<Status> => readStatus(config, places, broken);
    const show = (status: Status): void =>
      print(renderStatus(status, { paint: painter(), width: printWidth(), command }));
    if (watch === true)
      for (;;) {
        const status = await read();
        clearScreen();
        show(status);
        await setTimeout(watchMs);
      }
    const status = await read();
    if (json === true) print(JSON.stringify(status, undefined, 2));
    else show(status);
    return asCode === true ? levelCode(status) : exitCodes.ok;
  },
};

/** As Nagios counts them. */
const levelCode = ({ health }: Status): number => levels.indexOf(health?.overall_level ?? 'unknown');

async function readStatus(config: Configuration, places: Places, broken: readonly string[]): Promise<Status> {
  const world = makeWorld({ config, places, openHost: noHost });
  const now = world.now();
  const problems = [...broken];
  const orProblem = async <Value>(what: string, read: () => Value | Promise<Value>): Promise<Value | undefined> => {
    try {
      return await read();
    } catch (error) {
      problems.push(`${what}: ${reasonOf(error)}`);
      return undefined;
    }
  };
  const stages = await world.stageRecords();
  const assessed = await orProblem('the last assessment', () => world.read(latestHealth));
  const isHealthUnreadable = problems.length > broken.length;
  const state = await orProblem('the alerts', () => world.read(stateFile));
  const active = alertsIn(state);
  const posted = await world.read(postedAlerts).catch(() => undefined);
  const health = assessed && currentHealth(assessed, { config, stages, at: now });
  const noted = parseNotes(readNotes(silencesFolder(places)));
  problems.push(...noted.problems);
  const outbox = await orProblem('the outbox', () => {
    const spool = openSpool(outboxFolder(places), places.runtime);
    return countOutbox(readOutbox(spool, mailKind, digestsOf(state?.mails)), spool, now);
  });
  return {
    at: now.toISOString(),
    site: config.site,
    hostname: world.hostname,
    health,
    ...(health?.unknown_since === undefined ? {} : { last_known: assessed }),
    isHealthUnreadable,
    alerts: Object.fromEntries(
      Object.entries(active).map(([id, alert]) => {
        const { hold } = handlingOf(config, alert.rule, alert.subject);
        return [id, { ...shownAlert(alert, toldWithoutMail(id, posted, stages)), hold_seconds: hold }];
      }),
    ),
    quiet: activeSilences(noted.notes, config.alerts.maintenance, (id) => active[id]?.first_seen, now),
    stages,
    outbox,
    temperatures: temperaturesOf(await world.read(thermalState).catch(() => undefined)),
    disk: {
      own: [
        { what: 'raw lines', bytes: bytesBelow(places.raw) },
        { what: 'archive', bytes: bytesBelow(archive.path(places, now)) },
        { what: 'pictures', bytes: bytesBelow(pictureFolder(places)) },
        { what: 'health and reports', bytes: bytesBelow(join(places.state, 'health')) },
        { what: 'alerts', bytes: bytesBelow(join(places.state, 'alerts')) },
        { what: 'results of host tools', bytes: bytesBelow(places.monitoring) },
      ],
      free_bytes: freeBytes(places.state),
    },
    problems,
  };
}
