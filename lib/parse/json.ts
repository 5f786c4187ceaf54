// Parses JSON that somebody else wrote. Size, depth, number of values and repeated keys are checked on the text itself,
// before JSON.parse builds anything: 16 MB of `[[[[…` would become a gigabyte of arrays.

export interface JsonLimits {
  /** UTF-16 units of the text. */
  readonly characters: number;
  readonly depth: number;
  /** Members of all objects and lists together. */
  readonly values: number;
}

/** Enough for a summary that a person could read. */
const small: JsonLimits = { characters: 1024 * 1024, depth: 32, values: 10_000 };

/** `what` begins the message of each error: `the summary of the gate`. No message shows what the text holds: somebody may
 * have named a file of secrets. */
export function parseForeignJson(text: string, what: string, limits: JsonLimits = small): unknown {
  refuseBeyond(text, what, limits);
  const parsed = tryParse(text);
  if ('value' in parsed) return parsed.value;
  const place = placeOf(parsed.reason, text);
  if (place === text.length) throw new Error(`${what} is not JSON: it ends too early, after ${place} characters`);
  const before = text.slice(0, place);
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  throw new Error(`${what} is not JSON: it breaks at line ${line}, column ${column} (of ${text.length} characters)`);
}

function tryParse(text: string): { readonly value: unknown } | { readonly reason: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { reason: String(error) };
  }
}

/** The index of the first character at which the text is not JSON. V8's own reason quotes the text. */
function placeOf(reason: string, text: string): number {
  if (!isUnexpectedToken(reason)) return Number(/ at position (\d+)/.exec(reason)?.[1] ?? text.length);
  // V8 gives no position of an unexpected token. Each beginning of the text that holds the token breaks by it.
  let [whole, broken] = [0, text.length];
  while (broken - whole > 1) {
    const middle = Math.floor((whole + broken) / 2);
    const parsed = tryParse(text.slice(0, middle));
    if ('reason' in parsed && isUnexpectedToken(parsed.reason)) broken = middle;
    else whole = middle;
  }
  return whole;
}

const isUnexpectedToken = (reason: string): boolean => reason.startsWith('SyntaxError: Unexpected token');

/** `a.b`: the key `b` of the object under `a`. */
export function valueAtKey(value: unknown, key: string): unknown {
  let found = value;
  for (const part of key.split('.')) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, part)) return undefined;
    found = Reflect.get(found, part);
  }
  return found;
}

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const opening = new Set([0x5b, 0x7b]);
const closing = new Set([0x5d, 0x7d]);

/** Throws for a text beyond the limits, for a key that occurs twice in one object (readers disagree which value counts),
 * and for the key `__proto__`, which an assignment would not store. */
export function refuseBeyond(text: string, what: string, { characters, depth, values }: JsonLimits): void {
  if (text.length > characters)
    throw new Error(`${what} has ${text.length} characters; more than ${characters} are not read`);
  const keys: Set<string>[] = [new Set()];
  let [count, word] = [0, ''];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      const end = endOfString(text, at);
      word = text.slice(at, end);
      at = end - 1;
    } else if (code === comma) count += 1;
    // Text that is not JSON may have a colon without a string before it.
    else if (code === colon && word !== '') {
      const key = keyOf(word);
      word = '';
      const known = keys.at(-1);
      if (known?.has(key)) throw new Error(`${what} has the key ${JSON.stringify(key.slice(0, 80))} twice`);
      if (key === '__proto__') throw new Error(`${what} has the key __proto__, which is not read`);
      known?.add(key);
    } else if (opening.has(code)) {
      count += 1;
      if (keys.length > depth) throw new Error(`${what} is nested more than ${depth} levels deep`);
      keys.push(new Set());
    } else if (closing.has(code) && keys.length > 1) keys.pop();
    if (count > values) throw new Error(`${what} has more than ${values} values; no more are read`);
  }
}

/** The index after the closing quotation mark of the string at `start`, or the end of the text. */
export function endOfString(text: string, start: number): number {
  for (let at = start + 1; ;) {
    const end = text.indexOf('"', at);
    if (end < 0) return text.length;
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes += 1;
    if (backslashes % 2 === 0) return end + 1;
    at = end + 1;
  }
}

/** An escaped key is compared as JSON reads it; text that is no string is left to JSON.parse. */
function keyOf(word: string): string {
  if (!word.includes('\\')) return word.slice(1, -1);
  try {
    return String(JSON.parse(word));
  } catch {
    return word;
  }
}
