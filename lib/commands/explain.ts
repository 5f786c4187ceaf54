// ops-monitor explain ID: explains one observation.
import { alertNameProblem } from '../alerts/named.ts';
import { checks, sections } from '../config/registry.ts';
import { Usage } from '../contract/errors.ts';
import { explain, renderExplanation } from '../health/explanation.ts';
import { print, printWidth } from '../io/terminal.ts';
import { makeWorld } from '../io/world.ts';
import { type Command, configOption, exitCodes, textOption } from '../cli/command.ts';
import { checkNames } from '../config/check-names.ts';
import { observationsBehind } from './counterparts.ts';
import { openSite } from '../cli/site.ts';
import { noHost } from '../cli/stage.ts';

export const explainCommand: Command = {
  name: 'explain',
  summary: 'explains one observation: what was read, which limit decided, since when, and what would clear it',
  operand: 'ID',
  options: { ...configOption, json: { type: 'boolean', summary: 'print the explanation as JSON' } },

  async run(asked) {
    const { operand: id } = asked;
    if (id === undefined) throw new Usage('name one observation, such as filesystem-usage:/');
    const { source, config, places } = await openSite(textOption(asked, 'config'));
    const world = makeWorld({ config, places, openHost: noHost });
    const { effectiveValues, originOf } = await import('../config/origin.ts');
    const effective = effectiveValues(source);
    const explanation = await explain(
      { sections, checks },
      id,
      world,
      (key) => originOf(effective, key),
      alertNamed(id),
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
function alertNamed(id: string): { observations: readonly string[] } | undefined {
  const observations = observationsBehind(id);
  return alertNameProblem(id, checkNames) !== undefined || observations.includes(id) ? undefined : { observations };
}
