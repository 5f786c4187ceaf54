// Shapes of levels and alerts, drawn as paths: a font may lack the characters.
import type { Level } from '../core/level.ts';
import type { Scheme } from './colours.ts';
import { element, type Markup, tenth } from './svg.ts';

/** Circle with a tick, triangle with !, square with ×, diamond with ?: around 0,0 in a square of -8 to 8. */
const shapes: Readonly<Record<Level, readonly [outline: string, sign: string]>> = {
  green: ['M-8,0A8,8 0 1,1 8,0A8,8 0 1,1 -8,0Z', 'M-3.6,0.2L-1,2.8L3.8,-2.8'],
  amber: ['M0,-8L8.6,7H-8.6Z', 'M0,-3.2V1.8M0,4.4V4.5'],
  red: ['M-7.5,-7.5H7.5V7.5H-7.5Z', 'M-3.4,-3.4L3.4,3.4M3.4,-3.4L-3.4,3.4'],
  unknown: ['M0,-9L9,0L0,9L-9,0Z', 'M-2.4,-2C-2.4,-5.2 2.6,-5 2.4,-2.2C2.3,-0.8 0,-0.6 0,1.2M0,4V4.1'],
};

/** The shape of a level around `x`, `y`. */
export function levelShape(level: Level, scheme: Scheme, x: number, y: number, size = 16): Markup {
  const [outline, sign] = shapes[level];
  return element(
    'g',
    { transform: `translate(${tenth(x)} ${tenth(y)}) scale(${(size / 16).toFixed(3)})`, 'data-level': level },
    element('path', { d: outline, fill: scheme.levels[level] }),
    element('path', {
      d: sign,
      fill: 'none',
      stroke: scheme.ground,
      'stroke-width': '2',
      'stroke-linecap': 'round',
      'stroke-linejoin': 'round',
    }),
  );
}

/** A triangle that points down to `x`, `y`: filled where an alert begins, hollow where it ends. */
export const alertTriangle = (kind: 'begin' | 'end', scheme: Scheme, x: number, y: number, size = 11): Markup =>
  element('path', {
    d: `M${tenth(x)},${tenth(y)}l${tenth(-size / 2)},${tenth(-size * 0.9)}h${tenth(size)}Z`,
    fill: kind === 'begin' ? scheme.levels.red : scheme.ground,
    stroke: scheme.levels.red,
    'stroke-width': '1.6',
    'stroke-linejoin': 'round',
  });

/** Definitions of the hatchings: `url(#hatch-unknown)` and `url(#hatch-none)` fill an area, `url(#hatch-light)` goes over one,
 * and `url(#hatch-narrow)` over one that is too narrow for slanting stripes: it becomes a dotted line. */
export const hatchings = (scheme: Scheme): Markup =>
  element(
    'defs',
    {},
    hatching('hatch-unknown', scheme.levels.unknown, 45, 8, 4),
    hatching('hatch-light', scheme.ground, 45, 8, 4),
    hatching('hatch-narrow', scheme.ground, 90, 6, 3),
    hatching('hatch-none', scheme.noSnapshot, -45, 7, 1.4),
  );

const hatching = (id: string, colour: string, degrees: number, distance: number, width: number): Markup =>
  element(
    'pattern',
    { id, width: distance, height: distance, patternUnits: 'userSpaceOnUse', patternTransform: `rotate(${degrees})` },
    element('rect', { width, height: distance, fill: colour }),
  );
