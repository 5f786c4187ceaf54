// ops-monitor explain ID: explains one observation.
import { mailedWhen } from '../alerts/mailed.ts';
import { alertNameProblem } from '../alerts/named.ts';
import { policyNamed } from '../alerts/policies.ts';
import { checks, sections } from '../config/registry.ts';
import { Usage } from '../contract/errors.ts';
import { foldFindings } from '../engine/findings.ts';
import { explain, renderExplanation } from '../health/explanation.ts';
import { latestHealth } from '../health/files.ts';
import { shellWord } from '../core/harmless.ts';
import { print, printWidth } from '../io/terminal.ts';
import { makeWorld } from '../io/world.ts';
import { type Command, configOption, exitCodes, textOption } from '../cli/command.ts';
import { checkNames } from '../config/check-names.ts';
import { alertOfObservation, observationsBehind } from './counterparts.ts';
import { openSite } from '../cli/site.ts';
import { noHost } from '../cli/stage.ts';

export const explainCommand: Command = {
  name: 'explain',
  summary: 'explains one observation: what was read, which limit decided, since when, and what would clear it',
  operand: 'ID',
  options: { ...configOption, json: { type: 'boolean', summary: 'print the explanation as JSON' } },

  async run(asked) {
    const { operand: id } = asked;
    const { source, config, places } = await openSite(textOption(asked, 'config'));
    const world = makeWorld({ config, places, openHost: noHost });
    if (id === undefined) {
      const observations = (await world.read(latestHealth).catch(() => undefined))?.observations ?? [];
      const example = (foldFindings(observations)[0]?.observation ?? observations[0])?.id;
      throw new Usage(`name one observation${example === undefined ? '' : `, such as ${shellWord(example)}`}`);
    }
    const { effectiveValues, originOf } = await import('../config/origin.ts');
    const effective = effectiveValues(source);
    const explanation = await explain(
      { sections, checks },
      id,
      world,
      (key) => originOf(effective, key),
      alertNamed(id),
      (observation) => mailedWhen(observation, alertOfObservation(observation.id, config) ?? '', config),
    );
    print(
      asked.options['json'] === true
        ? JSON.stringify(explanation, undefined, 2)
        : renderExplanation(explanation, world.now(), printWidth()),
    );
    return exitCodes.ok;
  },
};

/** Undefined when `id` is not the name of an alert, or an observation has the same name. */
function alertNamed(id: string): Parameters<typeof explain>[4] {
  const observations = observationsBehind(id);
  if (alertNameProblem(id, checkNames) !== undefined || observations.includes(id)) return undefined;
  const [rule = ''] = id.split(':', 1);
  return { observations, reading: policyNamed(rule)?.readings && id.slice(rule.length + 1) };
}
