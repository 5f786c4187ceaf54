// ops-monitor complete-names KIND: the names that a shell completes at the tab key. What cannot be read has none.
import { alertsIn, stateFile } from '../alerts/files.ts';
import { type Command, configOption, exitCodes, textOption } from '../cli/command.ts';
import { openSite } from '../cli/site.ts';
import { noHost } from '../cli/stage.ts';
import { Usage } from '../contract/errors.ts';
import { print } from '../io/terminal.ts';
import { makeWorld } from '../io/world.ts';
import { latestHealth } from '../health/files.ts';
import { alertOfObservation } from './counterparts.ts';
import { openOutbox } from './outbox.ts';

const kinds = ['observations', 'alerts', 'active', 'mails'];

export const completeNames: Command = {
  name: 'complete-names',
  summary: 'prints the names that a shell completes: observations, alerts, active alerts, mails in the outbox',
  operand: 'KIND',
  options: configOption,

  async run(asked) {
    const { operand: kind = '' } = asked;
    if (!kinds.includes(kind)) throw new Usage(`say names of what: ${kinds.join(', ')}`);
    if (kind === 'mails') printSorted((await openOutbox(asked)).letters.map(({ id }) => id));
    else {
      const { config, places } = await openSite(textOption(asked, 'config'));
      const world = makeWorld({ config, places, openHost: noHost });
      const health = await world.read(latestHealth);
      const observations = (health?.observations ?? []).map(({ id }) => id);
      const alerts = observations.flatMap((id) => alertOfObservation(id, config) ?? []);
      if (kind === 'observations') printSorted(observations);
      else if (kind === 'alerts') printSorted(alerts);
      // The state of alerts, which holds addresses, is not for every user: then all alerts are offered.
      else
        printSorted(
          await world.read(stateFile).then(
            (state) => Object.keys(alertsIn(state)),
            () => alerts,
          ),
        );
    }
    return exitCodes.ok;
  },
};

function printSorted(names: readonly string[]): void {
  const all = [...new Set(names)].sort();
  if (all.length > 0) print(all.join('\n'));
}
