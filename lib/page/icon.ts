// The page's icon in a browser's tab: the shape of the level, so that the tab tells it without colours too.
import type { Level } from '../core/level.ts';
import { light } from '../draw/colours.ts';
import { levelShape } from '../draw/marks.ts';
import { element } from '../draw/svg.ts';

/** `stale` stands for every verdict without a level. */
export const iconNames = ['green', 'amber', 'red', 'unknown', 'stale'] as const;

export function renderIcon(name: (typeof iconNames)[number]): string {
  const shape =
    name === 'stale'
      ? element('path', {
          d: 'M-7,0A7,7 0 1,1 7,0A7,7 0 1,1 -7,0ZM0,-4V0L3,2',
          fill: light.staleGround,
          stroke: light.stale,
          'stroke-width': 2,
        })
      : levelShape(name satisfies Level, light, 0, 0);
  const attributes = { xmlns: 'http://www.w3.org/2000/svg', viewBox: '-10 -10 20 20' };
  return `${element('svg', attributes, shape).markup}\n`;
}
