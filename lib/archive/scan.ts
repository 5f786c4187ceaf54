// Reads lines of JSON that have the shape of an earlier line without JSON.parse: compares the constant bytes, reads numbers
// in place and skips values that no variable uses. Returns the numbers that `flatten` would return or, whenever it is not
// sure, undefined: then the caller has to parse the line. A rebuild with it takes a tenth of the time, since it needs
// neither JSON.parse nor a walk through the parsed record.
import type { Sections } from '../contract/registry.ts';
import { backslash, comma, kinds, makeTemplate, quote, type Template, viewOf } from './template.ts';

/** A machine's lines have a few shapes at a time: with and without the readings that fail just now. */
const mostTemplates = 4;
const mostWait = 256;

export class Scanner {
  readonly #sections: Sections;
  /** The template that matched last comes first. */
  #templates: Template[] = [];
  /** The last word at each path, and the paths whose word has changed at least once. */
  readonly #words = new Map<string, string>();
  readonly #varying = new Set<string>(['run_id']);
  /** Learning costs as much as parsing, so after each attempt without a match it is tried half as often. */
  #wait = 0;
  #waited = 0;
  #bytes: Buffer | undefined;
  #view: DataView = new DataView(new ArrayBuffer(0));

  constructor(sections: Sections) {
    this.#sections = sections;
  }

  /** All lines of one shape give the same `variables` object. `values` has their order; the next line overwrites it. */
  scan(bytes: Buffer, start: number, end: number) {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = viewOf(bytes);
    }
    const place = { bytes, view: this.#view, start, end };
    for (const template of this.#templates) {
      const runId = matchTemplate(template, place);
      if (runId === undefined) continue;
      if (template !== this.#templates[0])
        this.#templates = [template, ...this.#templates.filter((other) => other !== template)];
      this.#wait = 0;
      return { variables: template.variables, values: template.values, runId };
    }
    return undefined;
  }

  /** Learns the shape of a line that matched no template. Call only for a line that `flatten` accepted. */
  learn(bytes: Buffer, start: number, end: number): void {
    this.#waited += 1;
    if (this.#waited < this.#wait) return;
    this.#waited = 0;
    this.#wait = Math.min(mostWait, this.#wait * 2 + 1);
    try {
      const text = Buffer.from(bytes.subarray(start, end));
      const made = makeTemplate(this.#sections, text, (path, word) => this.#isVarying(path, word));
      this.#templates = [made, ...this.#templates].slice(0, mostTemplates);
    } catch {
      // a line with whitespace, unusual nesting or a name twice is always parsed
    }
  }

  #isVarying(path: string, word: string): boolean {
    const before = this.#words.get(path);
    if (before !== undefined && before !== word) this.#varying.add(path);
    this.#words.set(path, word);
    return this.#varying.has(path);
  }
}

interface Place {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly start: number;
  readonly end: number;
}

const [minus, point, zero] = [0x2d, 0x2e, 0x30];
/** An integer of 15 digits is exact as a float64, and its quotient by a power of ten up to 1e15 is correctly rounded. */
const mostDigits = 15;
const powers = Array.from({ length: mostDigits + 1 }, (_, digits) => 10 ** digits);
/** Characters that may follow a backslash. `u` is left to JSON.parse. */
const escapes = new Set(Buffer.from('"\\/bfnrt'));

/** Fills the template's values and returns the run id, or undefined where the line has another shape. It is one long loop
 * with the parsing of numbers inlined because a rebuild spends half of its time here, at a nanosecond a byte. */
function matchTemplate(template: Template, { bytes, view, start, end }: Place): string | undefined {
  const { text, view: textView, starts, ends, targets, values } = template;
  const count = starts.length;
  let run = '';
  let at = start;
  let from = 0;
  for (let slot = 0; ; slot++) {
    const to = slot < count ? (starts[slot] as number) : text.length;
    if (at + to - from > end) return undefined;
    for (; from + 4 <= to; from += 4, at += 4) if (textView.getInt32(from) !== view.getInt32(at)) return undefined;
    for (; from < to; from++, at++) if (text[from] !== bytes[at]) return undefined;
    if (slot === count) return at === end ? run : undefined;
    from = ends[slot] as number;
    const begin = at;
    const target = targets[slot] as number;
    switch (template.kinds[slot]) {
      case kinds.number: {
        let byte = bytes[at] as number;
        const isNegative = byte === minus;
        if (isNegative) byte = bytes[++at] as number;
        const first = at;
        let [mantissa, decimals] = [0, 0];
        for (; byte >= zero && byte <= 0x39; byte = bytes[++at] as number) mantissa = mantissa * 10 + (byte - zero);
        let digits = at - first;
        if (digits === 0 || (digits > 1 && bytes[first] === zero)) return undefined;
        if (byte === point) {
          byte = bytes[++at] as number;
          const behind = at;
          for (; byte >= zero && byte <= 0x39; byte = bytes[++at] as number) mantissa = mantissa * 10 + (byte - zero);
          decimals = at - behind;
          if (decimals === 0) return undefined;
          digits += decimals;
        }
        let value: number;
        if (digits > mostDigits || byte === 0x65 || byte === 0x45) {
          at = endOfNumber(bytes, at, end);
          const long = bytes.toString('latin1', begin, at);
          if (!number.test(long)) return undefined;
          value = Number(long);
        } else {
          value = decimals === 0 ? mantissa : mantissa / (powers[decimals] as number);
          if (isNegative) value = -value;
        }
        if (target >= 0) values[target] = value;
        break;
      }
      case kinds.flag: {
        if (at + 5 > end) return undefined;
        const isTrue = view.getInt32(at) === 0x74727565;
        if (!isTrue && (bytes[at] !== 0x66 || view.getInt32(at + 1) !== 0x616c7365)) return undefined;
        at += isTrue ? 4 : 5;
        if (target >= 0) values[target] = isTrue ? 1 : 0;
        break;
      }
      case kinds.word: {
        at = endOfWord(bytes, at, end);
        if (at < 0) return undefined;
        if (slot === template.runSlot || target >= 0) {
          const word = plainWord(bytes, begin, at);
          if (word === undefined) return undefined;
          if (slot === template.runSlot) run = word;
          const value = template.encodes[slot]?.(word);
          if (target >= 0 && value === undefined) return undefined;
          if (target >= 0) values[target] = value as number;
        }
        break;
      }
      default:
        at = endOfList(bytes, at, end);
        if (at < 0) return undefined;
    }
  }
}

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

function endOfNumber(bytes: Buffer, from: number, end: number): number {
  let at = from;
  for (; at < end; at++) if (bytes[at] === comma || bytes[at] === 0x7d) break;
  return at;
}

/** The index after the closing quotation mark; -1 where there is no string, or one that is left to JSON.parse. */
function endOfWord(bytes: Buffer, from: number, end: number): number {
  if (bytes[from] !== quote) return -1;
  for (let at = from + 1; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === quote) return at + 1;
    if (byte < 0x20) return -1;
    if (byte === backslash) {
      at += 1;
      if (!escapes.has(bytes[at] as number)) return -1;
    }
  }
  return -1;
}

/** The string's text; undefined where it has escapes or other than ASCII, which would have to be decoded. */
function plainWord(bytes: Buffer, start: number, end: number): string | undefined {
  const word = bytes.toString('latin1', start + 1, end - 1);
  return /^[ -[\]-~]*$/.test(word) ? word : undefined;
}

/** The index after the closing bracket of a list of strings; -1 where there is none. */
function endOfList(bytes: Buffer, from: number, end: number): number {
  if (bytes[from] !== 0x5b) return -1;
  if (bytes[from + 1] === 0x5d) return from + 2;
  for (let at = from + 1; ; at++) {
    at = endOfWord(bytes, at, end);
    if (at < 0 || at >= end) return -1;
    if (bytes[at] === 0x5d) return at + 1;
    if (bytes[at] !== comma) return -1;
  }
}
