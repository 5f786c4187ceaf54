// The temperatures of the last thermal heartbeat. An old one is not known any more: its numbers are not shown.
import { ageOf } from '../../core/age.ts';
import { shortDuration } from '../../draw/words.ts';
import type { Temperatures } from '../../thermal/files.ts';
import { byId, make, markOf, setChildren, setText } from './dom.ts';
import { minuteOf } from './words.ts';

/** The heartbeat runs every 30 s. */
const oldSeconds = 300;
const mostShown = 12;

export function drawTemperatures(temperatures: Temperatures | undefined, at: Date): void {
  byId('beat').hidden = temperatures === undefined;
  if (!temperatures) return;
  const age = ageOf(temperatures.at, at).seconds;
  const isKnown = age !== undefined && age <= oldSeconds;
  const { sensors } = temperatures;
  const all = sensors.length <= mostShown ? '' : `, ${mostShown} of ${sensors.length}`;
  setText(
    byId('beat-note'),
    isKnown
      ? sensors.length === 0
        ? 'unknown: the last heartbeat read no temperature'
        : `read ${minuteOf(temperatures.at)}, the hottest first${all}`
      : `unknown: the last heartbeat ran ${minuteOf(temperatures.at)}${age === undefined ? '' : `, ${shortDuration(age)} ago`}`,
  );
  const shown = isKnown ? sensors.slice(0, mostShown) : [];
  setChildren(byId('temperatures'), JSON.stringify(shown), () =>
    shown.map(({ name, celsius, trouble }) =>
      make(
        'li',
        {},
        make('span', { class: 'name' }, name),
        make('b', {}, celsius === undefined ? 'unknown' : `${celsius.toFixed(0)} °C`),
        ...(trouble === undefined
          ? []
          : [make('span', { class: 'trouble' }, markOf(celsius === undefined ? 'unknown' : 'red'), ` ${trouble}`)]),
      ),
    ),
  );
}
