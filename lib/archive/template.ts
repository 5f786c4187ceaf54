// Learns from one line the constant bytes and the varying slots of all lines of its shape, for scan.ts.
import type { Sections } from '../contract/registry.ts';
import type { Snapshot } from '../snapshot/files.ts';
import { asNumber, decisiveKeys, type Encode, type Put, type Variable, walkSnapshot } from './flatten.ts';

export const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];

export const viewOf = ({ buffer, byteOffset, byteLength }: Buffer): DataView =>
  new DataView(buffer, byteOffset, byteLength);

/** Kinds of values that may differ between lines of one shape. */
export const kinds = { number: 0, flag: 1, word: 2, list: 3 } as const;

interface Slot {
  readonly kind: keyof typeof kinds;
  readonly start: number;
  readonly end: number;
  readonly sample: unknown;
}

export type Template = ReturnType<typeof makeTemplate>;

/** Marks a slot in the learned record. A walk over the record treats the marker like a word. */
const slotKey = Symbol('slot');
const slotIn = (data: unknown): number | undefined =>
  typeof data === 'object' && data !== null ? (data as { [slotKey]?: number })[slotKey] : undefined;

type IsVarying = (path: string, word: string) => boolean;

export function makeTemplate(sections: Sections, text: Buffer, isVarying: IsVarying) {
  const { record, slots } = readRecord(text, isVarying);
  const targets = new Int32Array(slots.length).fill(-1);
  const encodes: (Encode | undefined)[] = slots.map(() => undefined);
  const variables = new Map<string, Variable>();
  const values: number[] = [];
  const put: Put = (name, variable, encode, data) => {
    const index = slotIn(data);
    const slot = slots[index ?? -1];
    const value = encode(slot ? slot.sample : data);
    // This word has no number, but another line may have a word at this place that has one.
    if (slot?.kind === 'word' && value === undefined) throw new Error(`${name} is a word without a number`);
    if (value === undefined) return;
    if (variables.has(name)) throw new Error(`two variables have the name ${name}`);
    if (index !== undefined && slot) {
      targets[index] = values.length;
      if (slot.kind !== 'number' || encode !== asNumber) encodes[index] = encode;
    }
    variables.set(name, variable);
    values.push(value);
  };
  walkSnapshot(sections, record, put);
  const runSlot = slotIn(record.run_id);
  if (runSlot === undefined || slots[runSlot]?.kind !== 'word') throw new Error('the line has no run id');
  return {
    /** The line it was learned from. All lines of this shape have the same bytes between the slots. */
    text,
    view: viewOf(text),
    kinds: Uint8Array.from(slots, ({ kind }) => kinds[kind]),
    starts: Uint32Array.from(slots, ({ start }) => start),
    ends: Uint32Array.from(slots, ({ end }) => end),
    /** Index in `values` of each slot's number; -1 for a slot that no variable uses. */
    targets,
    encodes,
    runSlot,
    variables,
    values: Float64Array.from(values),
  };
}

/** Parses JSON without whitespace and records where each varying value is. The caller knows that the text is valid JSON. */
function readRecord(text: Buffer, isVarying: IsVarying): { record: Snapshot; slots: readonly Slot[] } {
  const slots: Slot[] = [];
  let at = 0;
  const leaf = (kind: Slot['kind'], start: number, sample: unknown): unknown => {
    slots.push({ kind, start, end: at, sample });
    return { [slotKey]: slots.length - 1 };
  };
  const expect = (byte: number): void => {
    if (text[at] !== byte) throw new Error(`${String.fromCharCode(text[at] ?? 0)} at ${at}`);
    at += 1;
  };
  const readWord = (): string => {
    const start = at;
    for (expect(quote); text[at] !== quote; at += 1) if (text[at] === backslash) at += 1;
    at += 1;
    return JSON.parse(text.toString('utf8', start, at)) as string;
  };
  const readObject = (path: string, depth: number): unknown => {
    const found: Record<string, unknown> = {};
    expect(0x7b);
    for (let first = true; text[at] !== 0x7d; first = false) {
      if (!first) expect(comma);
      const key = readWord();
      if (key === '__proto__') throw new Error('the key __proto__ is not supported');
      expect(0x3a);
      found[key] = readValue(path === '' ? key : `${path}\0${key}`, depth + 1, decisiveKeys.has(key));
    }
    at += 1;
    return found;
  };
  const readList = (depth: number): unknown => {
    const start = at;
    at += 1;
    for (let first = true; text[at] !== 0x5d; first = false) {
      if (!first) expect(comma);
      readWord();
    }
    at += 1;
    // At a smaller depth the list would be in the place of sections or items, whose content matters.
    if (depth < 4) throw new Error('a list in the place of sections or items');
    return leaf('list', start, []);
  };
  const readValue = (path: string, depth: number, isDecisive: boolean): unknown => {
    const start = at;
    switch (text[at]) {
      case 0x7b:
        return readObject(path, depth);
      case 0x5b:
        return readList(depth);
      case quote: {
        const word = readWord();
        return !isDecisive && isVarying(path, word) ? leaf('word', start, word) : word;
      }
      default: {
        while (at < text.length && text[at] !== comma && text[at] !== 0x7d) at += 1;
        const value: unknown = JSON.parse(text.toString('latin1', start, at));
        return value === null ? null : leaf(typeof value === 'number' ? 'number' : 'flag', start, value);
      }
    }
  };
  const record = readObject('', 0) as Snapshot;
  if (at !== text.length) throw new Error('text follows the record');
  return { record, slots };
}
