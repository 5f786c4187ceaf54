// Reads the tags of an XML document one after the other, without building a tree. Only the five entities of XML itself and
// numbers are resolved: entities that a document defines stay as they are written, so that none can grow. Messages name the place
// and not the text, which may hold a secret.

export interface Tag {
  readonly kind: 'open' | 'close';
  readonly name: string;
  /** Also of a tag that is open and closed at once. Values are cut. */
  readonly attributes: Readonly<Record<string, string>>;
}

const mostDepth = 64;

/** Of an attribute's value as it is written, with its entities: each takes memory while it is resolved. */
const mostCharacters = 4000;

/** Throws for a document that is torn, too deep, or closes what is not open. Text between the tags is passed over. */
export function* tagsOf(text: string): Generator<Tag> {
  const open: string[] = [];
  let at = 0;
  for (;;) {
    const start = text.indexOf('<', at);
    if (start < 0) break;
    const skipped = afterMarkup(text, start);
    if (skipped !== undefined) {
      at = skipped;
      continue;
    }
    const end = endOfTag(text, start);
    const inner = text.slice(start + 1, end);
    at = end + 1;
    if (inner.startsWith('/')) {
      const name = inner.slice(1).trim();
      if (open.pop() !== name) throw new Error(`the XML closes a tag that is not open, at character ${start}`);
      yield { kind: 'close', name, attributes: {} };
      continue;
    }
    const isWhole = inner.endsWith('/');
    const tag = parseTag(isWhole ? inner.slice(0, -1) : inner, start);
    yield tag;
    if (isWhole) yield { ...tag, kind: 'close', attributes: {} };
    else if (open.push(tag.name) > mostDepth) throw new Error(`the XML is nested more than ${mostDepth} deep`);
  }
  if (open.length > 0) throw new Error(`the XML ends before </${open.at(-1)}>`);
}

/** The place behind a comment, CDATA, a processing instruction or a DOCTYPE that begins here. */
function afterMarkup(text: string, start: number): number | undefined {
  for (const [begin, end] of [
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
    ['<?', '?>'],
  ] as const)
    if (text.startsWith(begin, start)) return behind(text, end, start + begin.length, begin);
  if (!text.startsWith('<!', start)) return undefined;
  // A DOCTYPE may define entities between brackets. The bracket is looked for in the declaration only: a search through the whole
  // text for each of a million declarations would take hours.
  const close = behind(text, '>', start, '<!');
  const bracket = text.slice(start, close).indexOf('[');
  return bracket < 0 ? close : behind(text, ']>', start + bracket, '<!DOCTYPE');
}

function behind(text: string, end: string, from: number, begin: string): number {
  const found = text.indexOf(end, from);
  if (found < 0) throw new Error(`the XML ends within ${begin}`);
  return found + end.length;
}

/** A `>` in a quoted value does not end the tag. */
function endOfTag(text: string, start: number): number {
  let quote = '';
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '>') return at;
    else if (character === '"' || character === "'") quote = character;
  }
  throw new Error(`the XML has a tag that does not end, at character ${start}`);
}

/** A quoted value, with its name before it. Sticky: each character is looked at a few times at most, however the text is made. */
const attributePattern = /\s*([^\s=/"'<>]+)\s*=\s*(?:"([^"]*)"|'([^']*)')\s*/y;

function parseTag(inner: string, start: number): Tag {
  const name = /^[\w:.-]+/.exec(inner)?.[0];
  if (name === undefined) throw new Error(`the XML has a tag without a name, at character ${start}`);
  const attributes: Record<string, string> = {};
  const end = inner.trimEnd().length;
  for (let at = name.length; at < end; at = attributePattern.lastIndex) {
    attributePattern.lastIndex = at;
    const [, key = '', double, single] = attributePattern.exec(inner) ?? [];
    if (key === '') throw new Error(`the XML has a tag with something else than attributes, at character ${start}`);
    const value = unescaped((double ?? single ?? '').slice(0, mostCharacters));
    Object.defineProperty(attributes, key, { value, enumerable: true });
  }
  return { kind: 'open', name, attributes };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescaped = (text: string): string =>
  text.replaceAll(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w{1,8}));/g, (whole, decimal, hexadecimal, name) => {
    if (typeof name === 'string') return Object.hasOwn(entities, name) ? (entities[name] ?? whole) : whole;
    const code = decimal === undefined ? Number.parseInt(String(hexadecimal), 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD';
  });
