// Builds and changes the page's elements. Text goes in as text only: whatever a stream or a message contains stays text.
import type { Level } from '../../core/level.ts';

type Child = Node | string | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const svgNames = new Set(['svg', 'path', 'rect', 'line', 'g', 'defs', 'pattern', 'title', 'circle']);

export function make(name: string, attributes: Attributes = {}, ...children: readonly Child[]): HTMLElement {
  const made = svgNames.has(name)
    ? document.createElementNS('http://www.w3.org/2000/svg', name)
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    made.setAttribute(key, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== undefined));
  return made as HTMLElement;
}

export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element ${id}`);
  return found;
}

/** Changes only what differs: a reader's selection and a screen reader's place survive. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Replaces the children where their content changed since the last call. */
export function setChildren(element: Element, signature: string, children: () => readonly Node[]): void {
  if (element.getAttribute('data-signature') === signature) return;
  element.setAttribute('data-signature', signature);
  element.replaceChildren(...children());
}

/** Level → outline and sign, as in lib/draw/marks.ts: never a colour alone. */
const shapes: Readonly<Record<Level | 'stale', readonly [outline: string, sign: string]>> = {
  green: ['M-8,0A8,8 0 1,1 8,0A8,8 0 1,1 -8,0Z', 'M-3.6,0.2L-1,2.8L3.8,-2.8'],
  amber: ['M0,-8L8.6,7H-8.6Z', 'M0,-3.2V1.8M0,4.4V4.5'],
  red: ['M-7.5,-7.5H7.5V7.5H-7.5Z', 'M-3.4,-3.4L3.4,3.4M3.4,-3.4L-3.4,3.4'],
  unknown: ['M0,-9L9,0L0,9L-9,0Z', 'M-2.4,-2C-2.4,-5.2 2.6,-5 2.4,-2.2C2.3,-0.8 0,-0.6 0,1.2M0,4V4.1'],
  stale: ['M-8,0A8,8 0 1,1 8,0A8,8 0 1,1 -8,0Z', 'M0,-4.5V0L3.2,2'],
};

export function markOf(level: Level | 'stale', isOutline = false): HTMLElement {
  const [outline, sign] = shapes[level];
  const colour = `var(--${level})`;
  return make(
    'svg',
    { viewBox: '-10 -10 20 20', class: 'mark', 'aria-hidden': 'true' },
    make('path', {
      d: outline,
      fill: isOutline ? 'none' : colour,
      stroke: colour,
      'stroke-width': isOutline ? 1.6 : 0,
    }),
    make('path', {
      d: sign,
      fill: 'none',
      stroke: isOutline ? colour : 'var(--ground)',
      'stroke-width': 2,
      'stroke-linecap': 'round',
      'stroke-linejoin': 'round',
    }),
  );
}
