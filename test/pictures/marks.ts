// Reads drawn marks back from a picture.
import assert from 'node:assert/strict';

const attribute = (tag: string, name: string): string =>
  new RegExp(`${name}="([^"]*)"`).exec(tag)?.[1] ?? assert.fail(`${name} is missing in ${tag.slice(0, 200)}`);

/** The SVG of a panel, up to the next one. */
export function panelIn(svg: string, title: string): string {
  const [, after] = svg.split(`data-panel="${title}"`);
  assert.ok(after !== undefined, `there is no panel ${title}`);
  return `<g data-panel="${title}"${after.split('<g data-panel=')[0]}`;
}

/** Pixels of the panel → values, and their precision: 0.1 px. */
export function axisOf(panel: string) {
  const tag = panel.slice(0, panel.indexOf('>'));
  const [from = 0, to = 0] = attribute(tag, 'data-domain').split(' ').map(Number);
  const [top, bottom] = [Number(attribute(tag, 'data-top')), Number(attribute(tag, 'data-bottom'))];
  return {
    valueAt: (y: number) => from + ((bottom - y) / (bottom - top)) * (to - from),
    step: (to - from) / (bottom - top) / 10,
  };
}

/** The unbroken pieces of a line, in pixels. */
export function piecesOf(panel: string, series: string): (readonly [x: number, y: number])[][] {
  const tag = (panel.match(/<path [^>]*>/g) ?? []).find((path) => path.includes(`data-series="${series}"`));
  assert.ok(tag, `there is no line ${series}`);
  const pieces = attribute(tag, ' d').split('M').slice(1);
  return pieces.map((piece) => [...piece.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]));
}

export const limitsIn = (panel: string): string[] =>
  (panel.match(/<path [^>]*data-limit[^>]*>/g) ?? []).map(
    (tag) => `${attribute(tag, 'data-limit')} ${attribute(tag, 'data-value')} ${attribute(tag, ' d')}`,
  );
