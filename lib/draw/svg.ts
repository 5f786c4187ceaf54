// Builds SVG as text. Names of streams and hosts come from foreign files, so every text and attribute is escaped here and
// nowhere else.

/** Text that is SVG already. Strings are not: they are escaped. */
export interface Markup {
  readonly markup: string;
}

export type Child = Markup | string | undefined;

type Attributes = Readonly<Record<string, string | number | undefined>>;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that XML 1.0 forbids would make the whole picture unreadable. */
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

export const escapeXml = (text: string): string =>
  text.replaceAll(forbidden, '\uFFFD').replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');

/** An attribute that is undefined is left out. Numbers are rounded to 0.1, which is a tenth of a pixel. */
export function element(name: string, attributes: Attributes = {}, ...children: readonly Child[]): Markup {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? tenth(value) : escapeXml(value ?? '')}"`)
    .join('');
  const inner = join(children).markup;
  return { markup: inner === '' ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>` };
}

export const join = (children: readonly Child[]): Markup => ({
  markup: children.map((child) => (typeof child === 'string' ? escapeXml(child) : (child?.markup ?? ''))).join(''),
});

/** `12.3`, `12`, `0`: never `-0`, and no more digits than a picture shows. */
export const tenth = (value: number): string => String(Math.round(value * 10) / 10 + 0);
