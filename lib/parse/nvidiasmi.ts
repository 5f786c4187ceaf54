// Parses `nvidia-smi --query-gpu=… --format=csv,noheader,nounits`. The program prints its errors among the rows, on stdout too.
import { oneLine } from '../core/harmless.ts';

export interface GpuList {
  /** One record for each GPU: field → the text of its cell. */
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** Addresses of GPUs that the driver cannot reach, with what nvidia-smi says of each. */
  readonly lost: ReadonlyMap<string, string>;
  /** A fault of a listed GPU in the words of nvidia-smi: a corrupted infoROM, a missing power cable. */
  readonly warnings: ReadonlyMap<string, string>;
  /** All lines that are not rows, shortened. */
  readonly notes: readonly string[];
}

/** More GPUs in one machine are taken for a mistake. */
export const mostGpus = 64;

const mostCharacters = 256 * 1024;
const mostNotes = 20;
const longestText = 200;

const shorten = (text: string): string => oneLine(text.slice(0, longestText).trim());

/** Throws where the output is too long to be one. */
export function parseGpuList(printed: string, fields: readonly string[]): GpuList {
  if (printed.length > mostCharacters)
    throw new Error(`nvidia-smi printed ${printed.length} characters; more than ${mostCharacters} are not read`);
  const rows: Record<string, string>[] = [];
  const [lost, warnings] = [new Map<string, string>(), new Map<string, string>()];
  const notes: string[] = [];
  for (const line of printed.split('\n')) {
    if (line.trim() === '') continue;
    const cells = line.split(',').map(shorten);
    if (cells.length === fields.length && /^\d{1,3}$/.test(cells[fields.indexOf('index')] ?? '')) {
      rows.push(Object.fromEntries(fields.map((field, at) => [field, cells[at] ?? ''])));
      continue;
    }
    const note = shorten(line);
    if (notes.length < mostNotes) notes.push(note);
    const address = addressIn(note);
    if (address !== undefined) (isLoss(note) ? lost : warnings).set(address, note);
  }
  return { rows, lost, warnings, notes };
}

/** The driver has no handle of a GPU that fell off the bus. */
const isLoss = (text: string): boolean => /device handle|is lost|fallen off/i.test(text);

/** `00000000:3B:00.0`, and `GPU0000:3B:00.0` in messages, are `3b:00`; a domain other than 0 stands before it. */
export function addressIn(text: string): string | undefined {
  const found = /([0-9a-f]{1,8}):([0-9a-f]{2}):([0-9a-f]{2})\.([0-9a-f])\b/i.exec(text);
  if (!found) return undefined;
  const [, domain = '', bus = '', device = '', part = ''] = found;
  const number = Number.parseInt(domain, 16);
  const before = number === 0 ? '' : `${number.toString(16)}:`;
  return `${before}${bus}:${device}${part === '0' ? '' : `.${part}`}`.toLowerCase();
}

/** The field that this driver does not know, where the query was refused for it. */
export const refusedField = (printed: string): string | undefined =>
  /Field "([\w.]{1,100})" is not a valid field to query/.exec(printed)?.[1];

/** A cell: a value, nothing where the GPU has no such thing, or the reason why the value could not be read. */
export type Cell = { readonly text: string } | { readonly problem: string } | undefined;

/** `[N/A]` and `[Not Supported]` (older drivers) mean that this GPU has no such thing. Every other word in brackets is an error. */
export function readCell(text = ''): Cell {
  const word = /^\[(.*)\]$/.exec(text)?.[1] ?? text;
  if (/^(|N\/A|Not Supported|Requested functionality has been deprecated)$/i.test(word)) return undefined;
  return text.startsWith('[') || /\berr(or|!)/i.test(text) ? { problem: word } : { text };
}

export function readNumber(text: string | undefined): number | { readonly problem: string } | undefined {
  const cell = readCell(text);
  if (cell === undefined || 'problem' in cell) return cell;
  return /^-?\d{1,15}(\.\d{1,6})?$/.test(cell.text) ? Number(cell.text) : { problem: `${cell.text} is no number` };
}

/** A number that cannot be negative. */
export function readAmount(text: string | undefined): ReturnType<typeof readNumber> {
  const read = readNumber(text);
  return typeof read === 'number' && read < 0 ? { problem: `${read} is below 0` } : read;
}

/** `yes` and `no` are the words that this field has for them. */
export function readFlag(
  text: string | undefined,
  [yes, no]: readonly [yes: string, no: string] = ['Yes', 'No'],
): boolean | { readonly problem: string } | undefined {
  const cell = readCell(text);
  if (cell === undefined || 'problem' in cell) return cell;
  if (cell.text === yes) return true;
  return cell.text === no ? false : { problem: `${cell.text} is neither ${yes} nor ${no}` };
}

/** Bits of the clocks' event reasons (throttle reasons, before driver 535) that slow a GPU because something is wrong. The
 * others, such as idle clocks and the power cap, are ordinary. */
const slowdowns: readonly (readonly [bit: number, words: string])[] = [
  [0x08, 'hardware slowdown'],
  [0x20, 'software thermal slowdown'],
  [0x40, 'hardware thermal slowdown'],
  [0x80, 'power brake'],
];

export function readSlowdowns(text: string | undefined): readonly string[] | { readonly problem: string } | undefined {
  const cell = readCell(text);
  if (cell === undefined || 'problem' in cell) return cell;
  if (!/^0x[0-9a-f]{1,16}$/i.test(cell.text)) return { problem: `${cell.text} is no mask of reasons` };
  const mask = BigInt(cell.text);
  return slowdowns.flatMap(([bit, words]) => ((mask & BigInt(bit)) === 0n ? [] : [words]));
}
