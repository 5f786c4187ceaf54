// What `sensors -j` prints, which is often no JSON: a label with a quote in it is not escaped, a value may be `nan`, a
// chip without features leaves a comma behind, and the same chip or label stands there twice (of which a JSON parser
// would keep the last, and lose the hot one).

export interface SensorsChip {
  /** `coretemp-isa-0000`. Not unique. */
  readonly name: string;
  readonly features: readonly SensorsFeature[];
}

interface SensorsFeature {
  /** Not unique either. */
  readonly label: string;
  /** `temp1_input` and the like; undefined where a value is no number. */
  readonly values: readonly (readonly [string, number | undefined])[];
}

/** Throws where the text is no such thing, or ends before its end. */
export function parseSensors(printed: string): SensorsChip[] {
  // Where both outputs were written into one.
  const text = printed.replaceAll(/^ERROR:.*$/gm, '');
  const reader = new Reader(text.slice(Math.max(0, text.indexOf('{'))));
  const chips: SensorsChip[] = [];
  reader.object((name) => {
    const features: SensorsFeature[] = [];
    reader.value((label) => {
      const values: [string, number | undefined][] = [];
      reader.value(
        () => undefined,
        (key, number) => values.push([key, number]),
      );
      features.push({ label, values });
    });
    chips.push({ name, features });
  });
  return chips;
}

type Found = (key: string) => void;
type FoundNumber = (key: string, value: number | undefined) => void;

class Reader {
  readonly #text: string;
  #at = 0;
  #key = '';

  constructor(text: string) {
    this.#text = text;
  }

  /** Calls `found` with each key, standing before its value, which must be read then. */
  object(found: Found): void {
    this.#take(/\{/y, 'an object');
    while (!this.#skip(/\s*\}/y)) {
      // A label ends at the quote that a colon follows: any other quote belongs to it.
      this.#key = this.#take(/\s*"(.*?)"\s*:\s*/y, 'a name');
      found(this.#key);
      if (!this.#skip(/\s*,/y) && !/\s*\}/y.test(this.#rest())) this.#fail('a comma or the end of an object');
    }
  }

  /** What stands behind a key: an object, or a plain value. */
  value(found: Found, foundNumber: FoundNumber = () => undefined): void {
    if (!this.#rest().startsWith('{')) return this.#plain(this.#key, foundNumber);
    this.object((key) => {
      if (this.#rest().startsWith('{')) return found(key);
      this.#plain(key, foundNumber);
    });
  }

  #plain(key: string, foundNumber: FoundNumber): void {
    if (this.#skip(/"[^\n]*?"(?=\s*[,}\n])/y)) return;
    const word = this.#take(/([^\s,{}]+)/y, 'a value');
    foundNumber(key, /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : undefined);
  }

  #rest(): string {
    return this.#text.slice(this.#at);
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const matched = pattern.test(this.#text);
    if (matched) this.#at = pattern.lastIndex;
    return matched;
  }

  #take(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (!match) this.#fail(what);
    this.#at = pattern.lastIndex;
    return match?.[1] ?? '';
  }

  #fail(expected: string): never {
    const rest = this.#rest().trim();
    throw new Error(
      rest === ''
        ? `the output of sensors is cut off: expected ${expected}`
        : `the output of sensors is not understood: expected ${expected}, got ${JSON.stringify(rest.slice(0, 40))}`,
    );
  }
}
