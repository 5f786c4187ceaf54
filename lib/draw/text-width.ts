// Widths of texts in the shipped font.
import { advances } from './advances.ts';

export type Weight = keyof typeof advances;

/** A character that the font lacks is drawn from another font, and those are not wider than this. */
const unknownAdvance = 100;

/** Pixels. A viewer without the font draws about 6 % wider. */
export function textWidth(text: string, size: number, weight: Weight = 'regular'): number {
  let width = 0;
  for (const character of text) width += advances[weight].get(character) ?? unknownAdvance;
  return (width * size) / 100;
}

/** The text, or as much of its beginning as fits, with an ellipsis. */
export function fitText(text: string, most: number, size: number, weight: Weight = 'regular'): string {
  if (textWidth(text, size, weight) <= most) return text;
  const characters = Array.from(text);
  while (characters.length > 0 && textWidth(`${characters.join('')}…`, size, weight) > most) characters.pop();
  return `${characters.join('').trimEnd()}…`;
}
