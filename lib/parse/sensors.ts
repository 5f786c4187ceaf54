// Parses `sensors -j`, whose output is often invalid JSON: a quote in a label is not escaped, a value may be `nan`, a
// chip without features leaves a comma behind, and the same chip or label may occur twice (a JSON parser would keep
// only the last, and could lose the hot sensor).

export interface SensorsChip {
  /** For example `coretemp-isa-0000`. Not unique. */
  readonly name: string;
  readonly features: readonly SensorsFeature[];
}

interface SensorsFeature {
  /** Not unique. */
  readonly label: string;
  /** Pairs of a name such as `temp1_input` and its value; undefined where the value is not a number. */
  readonly values: readonly (readonly [string, number | undefined])[];
}

/** A machine with a hundred disks prints some 100 kB. */
const mostCharacters = 1024 * 1024;

/** Throws where the text is not output of `sensors -j`, or is cut off. */
export function parseSensors(printed: string): SensorsChip[] {
  if (printed.length > mostCharacters)
    throw new Error(`sensors printed ${printed.length} characters; more than ${mostCharacters} are not read`);
  // Drops error lines, in case stdout and stderr were captured together.
  const text = printed.replaceAll(/^ERROR:.*$/gm, '');
  const reader = new Reader(text.slice(Math.max(0, text.indexOf('{'))));
  const chips: SensorsChip[] = [];
  reader.readObject((name) => {
    const features: SensorsFeature[] = [];
    reader.readValue((label) => {
      const values: [string, number | undefined][] = [];
      reader.readValue(
        () => undefined,
        (key, number) => values.push([key, number]),
      );
      features.push({ label, values });
    });
    chips.push({ name, features });
  });
  return chips;
}

type OnKey = (key: string) => void;
type OnNumber = (key: string, value: number | undefined) => void;

class Reader {
  readonly #text: string;
  #at = 0;
  #key = '';

  constructor(text: string) {
    this.#text = text;
  }

  /** Calls `onKey` with each key while the reader stands before the key's value; the callback must read that value. */
  readObject(onKey: OnKey): void {
    this.#take(/\{/y, 'an object');
    while (!this.#skip(/\s*\}/y)) {
      // A label ends at the quote that is followed by a colon; any other quote belongs to the label.
      this.#key = this.#take(/\s*"(.*?)"\s*:\s*/y, 'a name');
      onKey(this.#key);
      if (!this.#skip(/\s*,/y) && !/\s*\}/y.test(this.#rest())) this.#fail('a comma or the end of an object');
    }
  }

  /** Reads the value after a key: an object, or a scalar. */
  readValue(onKey: OnKey, onNumber: OnNumber = () => undefined): void {
    if (!this.#rest().startsWith('{')) return this.#readScalar(this.#key, onNumber);
    this.readObject((key) => {
      if (this.#rest().startsWith('{')) return onKey(key);
      this.#readScalar(key, onNumber);
    });
  }

  #readScalar(key: string, onNumber: OnNumber): void {
    // Some versions put numbers in quotes.
    const isQuoted = this.#rest().startsWith('"');
    const word = isQuoted ? this.#take(/"([^\n]*?)"(?=\s*[,}\n])/y, 'a text') : this.#take(/([^\s,{}]+)/y, 'a value');
    onNumber(key, /^-?\d{1,9}(\.\d+)?$/.test(word) ? Number(word) : undefined);
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
